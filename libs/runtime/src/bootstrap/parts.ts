import { type Clock, type Ids, RandomIds, SystemClock } from '#libs/core';
import { type EventLog, type EventPublisher, KafkaConnection, KafkaEventLog, KafkaPublisher } from '#libs/event-stream';
import { Store } from '#libs/store';
import { accessMigrations } from '../access/migrations/index.js';
import { ensureFirstTenant } from '../access/organizations.js';
import { type RuntimeConfig } from '../config/runtime-config.js';
import { recoverAccess } from '../recovery/recovery.js';
import { type Log } from '../logging/log.js';
import { persist } from './start-gate.js';
import { type Ground } from './ground.js';
import { type ServiceOverrides } from './service-options.js';

/** Time and ids of the shell. */
export interface Shell {
  readonly clock: Clock;
  readonly ids: Ids;
}

export function shellOf(overrides: ServiceOverrides): Shell {
  return { clock: overrides.clock ?? new SystemClock(), ids: overrides.ids ?? new RandomIds() };
}

/** The log, connected on first use: a broker that is down delays nothing here. */
export interface Stream {
  readonly eventLog: EventLog;
  readonly publisher: EventPublisher;
  /** Waits for what is under way, ends the connections. */
  close(): Promise<void>;
}

export function openStream(config: RuntimeConfig, log: Log, overrides: ServiceOverrides): Stream {
  const { brokers, clientId, sasl, ssl } = config.kafka;
  const connection = new KafkaConnection({
    brokers,
    clientId,
    ...(sasl ? { sasl } : {}),
    ...(ssl ? { ssl: ssl === true ? true : { ca: [...ssl.ca] } } : {}),
    log: ({ level, message, details }) =>
      log[level === 'error' ? 'warn' : 'debug']({ part: 'broker', ...details }, message),
  });
  const own = overrides.publisher ? undefined : new KafkaPublisher(connection);
  const eventLog = overrides.eventLog ?? new KafkaEventLog(connection);
  return {
    eventLog,
    publisher: overrides.publisher ?? own!,
    close: async () => {
      await own?.close();
      if (!overrides.eventLog) await eventLog.close();
    },
  };
}

/** The two schemas of a service: `access`, shared, and its own where it has one. */
export interface Stores {
  readonly access: Store;
  readonly own: Store | undefined;
}

/**
 * Opens and migrates, as often as it takes, and makes the first organisation, or takes back those of a lost database.
 * @throws DatabaseLost
 */
export async function openStores(ground: Ground, { eventLog }: Pick<Stream, 'eventLog'>): Promise<Stores> {
  const { options, config, log, stopping } = ground;
  const { signal } = stopping;
  const location = { url: config.databaseUrl, applicationName: `tocsin-${config.service}` };
  const opened: Store[] = [];
  const open = async (settings: Omit<Parameters<typeof Store.open>[0], keyof typeof location>): Promise<Store> => {
    const store = await persist('database', () => Store.open({ ...location, ...settings }), log, signal);
    opened.push(store);
    await persist('database', () => store.migrate(), log, signal);
    return store;
  };
  try {
    const access = await open({ schema: 'access', migrations: accessMigrations, poolSize: 2 });
    await persist(
      'database',
      () =>
        access.transaction((tx) =>
          ensureFirstTenant(tx, config.adminToken, ground, () =>
            recoverAccess(tx, { eventLog, topics: config.topics, mode: config.recovery, now: ground.clock.now() }),
          ),
        ),
      log,
      signal,
    );
    const { schema, migrations = [], poolSize } = options;
    const own =
      schema === undefined ? undefined : await open({ schema, migrations, ...(poolSize ? { poolSize } : {}) });
    return { access, own };
  } catch (error) {
    await Promise.allSettled(opened.map((store) => store.close()));
    throw error;
  }
}
