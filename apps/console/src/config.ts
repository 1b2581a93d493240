import { httpUrl, port, readConfig } from '#libs/runtime';
import { z } from 'zod';
import { type Upstream, upstreams } from './upstreams.js';

/** A service and where it listens. */
export interface Located extends Upstream {
  readonly url: string;
}

const urls = Object.fromEntries(upstreams.map((upstream) => [variableOf(upstream), httpUrl.optional()]));

/**
 * The services behind the origin. Each listens on this host at `PORT` plus its place, unless `<SERVICE>_URL` says where
 * (INGESTION_URL, DELIVERY_SLACK_URL ...). `SINKS` leaves out the delivery processes that do not run.
 */
export function locateUpstreams(): readonly Located[] {
  const env = readConfig({ PORT: port.default(4000), SINKS: z.string().default('all'), ...urls }) as Record<
    string,
    unknown
  > & {
    PORT: number;
    SINKS: string;
  };
  const sinks = env.SINKS.split(',').map((sink) => sink.trim());
  return upstreams
    .filter(
      ({ service }) => sinks.includes('all') || !service.startsWith('delivery-') || sinks.includes(service.slice(9)),
    )
    .map((upstream) => {
      const given = env[variableOf(upstream)] as string | undefined;
      return { ...upstream, url: (given ?? `http://127.0.0.1:${env.PORT + upstream.portOffset}`).replace(/\/+$/, '') };
    });
}

function variableOf({ service }: Upstream): string {
  return `${service.toUpperCase().replaceAll('-', '_')}_URL`;
}
