import { type EventEnvelope, makeEvent, OrganizationCreated, type TopicNames } from '#libs/contracts';
import { type Clock, crashpoint } from '#libs/core';
import { type EventLog } from '#libs/event-stream';
import { type Store, type Tx } from '#libs/store';
import {
  compareRegistryEvents,
  registryEventNames,
  restoreRegistry,
  restoreRegistrySequences,
} from '../access/registry/restore.js';
import { type Environment } from '../config/config.js';
import { type Tenant } from '../access/organizations.js';
import { type Received } from '../processor.js';
import { type Log } from '../logging/log.js';
import { History } from './history.js';
import { type RecoveryMode } from './modes.js';

/** What a service needs to take back its own state from the log. */
export interface RecoveryContext {
  readonly store: Store;
  readonly history: History;
  readonly topics: TopicNames;
  readonly clock: Clock;
  readonly log: Log;
  /** Where settings are read from; undefined: the process's environment. */
  readonly environment: Environment | undefined;
}

/** Takes back what a service decided, from the events that said so. Run again after a kill, it begins anew. */
export type Recover = (context: RecoveryContext) => Promise<void>;

/** The database is empty, and the log is that of an installation. Nothing was written. */
export class DatabaseLost extends Error {
  override readonly name = 'DatabaseLost';

  constructor(topic: string) {
    super(
      `the database is empty, but ${topic} is the log of an installation: was the database lost? ` +
        'To take everything back from the log, run: npm start -- --recover. ' +
        'To begin anew beside it, set TOCSIN_RECOVERY=anew, or choose another EVENTS_TOPIC.',
    );
  }
}

interface Lost {
  readonly eventLog: EventLog;
  readonly topics: TopicNames;
  readonly mode: RecoveryMode;
  readonly now: string;
}

/** How long an empty database waits for the broker to tell whether there is a log. */
const PATIENCE = 5_000;

/**
 * For a database without a first organisation. Where the log is that of an installation, its organisations, sources and
 * people are put back under the numbers that they had, or the start is refused. In the transaction that would make the
 * first organisation.
 * @throws DatabaseLost
 */
export async function recoverAccess(tx: Tx, { eventLog, topics, mode, now }: Lost): Promise<void> {
  if (mode === 'anew') return;
  const topic = await answered(eventLog.topic(topics.events));
  if (!topic) return;
  const history = new History(eventLog, topic, { organizationId: '', projectId: '' });
  const oldest = await history.oldestTenant();
  if (!oldest) return;
  if (mode === 'ask') throw new DatabaseLost(topics.events);
  const events: Received[] = [];
  for await (const batch of history.events(registryEventNames)) events.push(...batch);
  const inOrder = events.map(({ event }) => event).sort(compareRegistryEvents);
  for (const event of inOrder) await restoreRegistry(tx, event);
  if (!events.some(isFirst)) await restoreRegistry(tx, firstOf(oldest, now));
  await restoreRegistrySequences(tx);
  await markRecovered(tx, 'access', now);
}

function isFirst({ event: { name, payload } }: Received): boolean {
  return name === 'OrganizationCreated' && (payload as { readonly first: boolean }).first;
}

/** Of a log on which nobody has said yet which organisation was the first: the one that spoke first. */
function firstOf({ organizationId, projectId }: Tenant, at: string): EventEnvelope {
  const payload = { organizationId, projectId, name: 'default', first: true };
  const origin = { id: organizationId, time: at, recordedAt: at, source: 'tocsin', organizationId, projectId };
  return makeEvent(OrganizationCreated, payload, origin);
}

async function answered<T>(promised: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), PATIENCE)));
  return Promise.race([promised.catch(() => undefined), late]).finally(() => clearTimeout(timer));
}

async function markRecovered(tx: Tx, service: string, now: string): Promise<void> {
  await tx.query('insert into access.recovery (service, finished_at) values ($1, $2)', [service, now]);
}

interface Own extends Omit<RecoveryContext, 'history'> {
  readonly eventLog: EventLog;
  readonly tenant: Tenant;
}

/** Any number that nothing else locks; with the service's hash one process at a time takes back its state. */
const RECOVERY = 7_406_103;

/**
 * Takes back the state of a service where that has to be and was not done yet, before it reads or writes anything.
 * @throws an error that another try may mend when no broker answers
 */
export async function recoverService(access: Store, service: string, recover: Recover, own: Own): Promise<void> {
  await access.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [RECOVERY, service]);
    const { rows } = await tx.query<{ service: string }>(
      `select service from access.recovery where service in ('access', $1)`,
      [service],
    );
    if (!rows.some((row) => row.service === 'access') || rows.some((row) => row.service === service)) return;
    const { eventLog, tenant, ...context } = own;
    const topic = await eventLog.topic(own.topics.events);
    if (!topic) throw new Error(`there is no topic ${own.topics.events} to take back from`);
    own.log.info({ topic: topic.topic }, 'taking the state back from the log');
    await recover({ ...context, history: new History(eventLog, topic, tenant) });
    crashpoint('recovery.before-mark');
    await markRecovered(tx, service, own.clock.now());
    own.log.info({}, 'the state is back');
  });
}
