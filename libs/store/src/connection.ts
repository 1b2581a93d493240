import { type ClientConfig } from 'pg';
import { rowTypes } from './types.js';

/** Where a service's rows are. */
export interface StoreLocation {
  /** `postgres://...` */
  readonly url: string;
  /** The service's schema: the search path of every connection. */
  readonly schema: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
}

const STATEMENT_TIMEOUT = 30_000;
const LOCK_TIMEOUT = 10_000;
/** Ends the session of a process that stands still in a transaction, so that others get its rows. */
const IDLE_TIMEOUT = 15_000;
const CONNECT_TIMEOUT = 5_000;

/**
 * Settings of one connection. Times out on both sides: the server ends a statement, and where the server is gone without
 * a word the client gives up a little later. `settings` are further server settings, by name.
 * @throws Error when the schema is not a plain lower-case name
 */
export function connectionConfig(
  location: StoreLocation,
  settings: Readonly<Record<string, string>> = {},
): ClientConfig {
  assertPlainName(location.schema);
  const { url, options } = withoutOptions(location.url);
  const all = {
    search_path: location.schema,
    timezone: 'UTC',
    lock_timeout: String(LOCK_TIMEOUT),
    statement_timeout: String(STATEMENT_TIMEOUT),
    idle_in_transaction_session_timeout: String(IDLE_TIMEOUT),
    ...settings,
  };
  return {
    connectionString: url,
    application_name: location.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    query_timeout: STATEMENT_TIMEOUT + 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: [...options, ...Object.entries(all).map(([name, value]) => `-c ${name}=${value}`)].join(' '),
    types: rowTypes,
  };
}

/** The URL, and apart from it its `options`, which would replace ours. */
function withoutOptions(text: string): { url: string; options: readonly string[] } {
  if (!URL.canParse(text)) return { url: text, options: [] };
  const url = new URL(text);
  const options = url.searchParams.getAll('options');
  if (options.length === 0) return { url: text, options };
  url.searchParams.delete('options');
  return { url: url.toString(), options };
}

/** Schemas are named in SQL text, so nothing but a plain name may come through. */
export function assertPlainName(schema: string): void {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(schema)) throw new Error(`schema "${schema}" is not a plain lower-case name`);
}
