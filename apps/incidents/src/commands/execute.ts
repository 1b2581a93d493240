import { crashpoint, type Instant } from '#libs/core';
import { type UnitOfWork } from '#libs/runtime';
import { type DecidedIncident, writeInline } from '../projections/incidents/incidents.inline.js';
import { incidentsReadModel } from '../projections/incidents/incidents.read-model.js';
import { liveTables } from '../rebuild/writers.js';
import { drawKeys, type DrawnKeys, loadIncidents } from '../sql/load-incidents.js';
import { saveIncidents } from '../sql/save-incidents.js';
import { type DecidedTasks, decideTasks } from './decide-tasks.js';
import { type CommandResult } from './incident-commands.js';
import { type Drawn, type Task } from './task.js';

export interface Executed {
  /** The number of the transaction. */
  readonly xid: string;
  readonly results: readonly CommandResult[];
}

/** Does a group of tasks in one transaction: decision, state, read model and outbox. */
export async function execute(tasks: readonly Task[], unit: UnitOfWork, now: () => Instant): Promise<Executed> {
  const { tx } = unit;
  const tableOf = await liveTables(tx, incidentsReadModel);
  const keys = await drawKeys(
    tx,
    count(tasks, ({ pk }) => (pk === undefined ? 1 : 0)),
    count(tasks, (task) => task.eventPks),
  );
  const pks = tasks.flatMap(({ pk }) => pk ?? []);
  const sourceKeys = tasks.flatMap(({ sourceKey }) => sourceKey ?? []);
  const loaded = await loadIncidents(tx, [...new Set(pks)], sourceKeys);
  // Asked once the incidents are locked: what is decided later is written down later.
  const decided = decideTasks(tasks, loaded, dealt(tasks, keys, now()));
  await saveIncidents(tx, [...decided.changed.values()]);
  crashpoint('incidents.command.after-state');
  if (tableOf) await writeInline(tx, tableOf, byIncident(decided));
  for (const event of decided.events) unit.emit(event);
  crashpoint('incidents.command.before-commit');
  return { xid: keys.xid, results: decided.results };
}

function count(tasks: readonly Task[], of: (task: Task) => number): number {
  return tasks.reduce((sum, task) => sum + of(task), 0);
}

/** Each task's share of the keys. */
function dealt(tasks: readonly Task[], keys: DrawnKeys, now: Instant): readonly Drawn[] {
  let pks = 0;
  let eventPks = 0;
  return tasks.map((task) => ({
    now,
    pk: task.pk ?? keys.pks[pks++]!,
    eventPks: keys.eventPks.slice(eventPks, (eventPks += task.eventPks)),
  }));
}

function byIncident({ changed, events }: DecidedTasks): readonly DecidedIncident[] {
  return [...changed.values()].map(({ organizationId, state }) => ({
    organizationId,
    incident: state!,
    events: events.filter(({ payload }) => payload.pk === state!.pk),
  }));
}
