import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** How to reach a Tocsin: its origin, a token, and the brokers where they are known. */
export interface Instance {
  readonly url: string;
  readonly token: string | undefined;
  readonly brokers: readonly string[] | undefined;
  readonly eventsTopic: string;
}

/**
 * The instance that the options, the environment or a data folder near the working directory name, in this order.
 * The folder is `$TOCSIN_HOME`, else `.tocsin` here or in a parent; a running instance leaves `instance.json` there.
 */
export function findInstance(options: { url?: string | undefined; token?: string | undefined }): Instance {
  const env = process.env;
  const home = env['TOCSIN_HOME'] ? resolve(env['TOCSIN_HOME']) : nearestHome(process.cwd());
  const local = home === undefined ? {} : readInstance(join(home, 'instance.json'));
  const brokers = env['KAFKA_BROKERS'] ?? local.brokers;
  return {
    url: (options.url ?? env['TOCSIN_URL'] ?? local.url ?? `http://127.0.0.1:${env['PORT'] ?? '4000'}`).replace(
      /\/+$/,
      '',
    ),
    token: options.token ?? env['TOCSIN_TOKEN'] ?? env['TOCSIN_ADMIN_TOKEN'] ?? (home && readToken(home)),
    brokers: brokers?.split(',').map((broker) => broker.trim()),
    eventsTopic: env['EVENTS_TOPIC'] ?? 'events-stream',
  };
}

/** Whether the output may be coloured: a terminal, and `NO_COLOR` unset (no-color.org). */
export function coloured(): boolean {
  return process.stdout.isTTY && !process.env['NO_COLOR'];
}

function nearestHome(from: string): string | undefined {
  const here = join(from, '.tocsin');
  if (existsSync(here)) return here;
  const parent = dirname(from);
  return parent === from ? undefined : nearestHome(parent);
}

function readInstance(path: string): { url?: string; brokers?: string } {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { url?: string; brokers?: string };
  } catch {
    return {};
  }
}

function readToken(home: string): string | undefined {
  try {
    return readFileSync(join(home, 'admin-token'), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
