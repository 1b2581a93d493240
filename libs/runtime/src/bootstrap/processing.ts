import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Tenants } from '../access/tenants.js';
import { installedVersion } from '../config/version.js';
import { ProcessorStrategy } from '../processing/nest-strategy.js';
import { StoreOutboxRelay } from '../processing/outbox-relay.js';
import { ProcessorHost } from '../processing/processor-host.js';
import { StoreTransactor, type Transactor } from '../processing/transactor.js';
import { type Store } from '#libs/store';
import { type Ground } from './ground.js';
import { type Stream } from './parts.js';
import { aliveChecks, processorChecks } from './processor-health.js';

/** What a service with a schema of its own has: consumer groups, commands, the outbox. */
export interface Processing {
  readonly store: Store;
  readonly relay: StoreOutboxRelay;
  readonly host: ProcessorHost;
  readonly transactor: Transactor;
}

export function createProcessing(ground: Ground, stream: Stream, store: Store, tenants: Tenants): Processing {
  const { config, clock, log, metrics, health } = ground;
  const relay = new StoreOutboxRelay({ store, publisher: stream.publisher, log, metrics });
  const host = new ProcessorHost({
    eventLog: stream.eventLog,
    store,
    relay,
    tenants,
    clock,
    topics: config.topics,
    version: `${config.service} ${installedVersion()}`,
    metrics,
    log,
    onFatal: (error, processor) => ground.fail(error, `processor ${processor}`),
  });
  health.addReadiness(() => processorChecks(host, ground.options.worksWithout?.includes('database')));
  health.addLiveness(() => aliveChecks(host));
  return { store, relay, host, transactor: new StoreTransactor(store, relay, config.topics.events) };
}

/** Starts the relay and the consumer groups, these as a transport of Nest. */
export async function startProcessing(
  app: NestFastifyApplication,
  { host }: Processing,
  ground: Ground,
): Promise<void> {
  const definitions = ground.options.processors?.(app) ?? [];
  app.connectMicroservice({ strategy: new ProcessorStrategy(host, () => definitions) });
  await app.startAllMicroservices();
}
