import { type Instant, laterOf, step } from '#libs/core';
import { SOURCE } from '../alerts/decide-turns.js';
import { incidentDecider, type IncidentState, refusalOf } from '../incident/incident.js';
import { incidentEnvelope } from '../incident/incident.envelope.js';
import { incidentAt } from '../projections/incidents/incidents.document.js';
import { eventDocumentOf } from '../projections/incidents/incidents.events.js';
import { type IncidentEnvelope, timelineEntryOf } from '../projections/incidents/incidents.projection.js';
import { type CommandResult } from './incident-commands.js';
import { type Drawn, type Task } from './task.js';

/** An incident as it was read, and locked; `version` counts its writes, 0 where there is none. */
export interface LoadedIncident {
  readonly incidentId: string;
  readonly organizationId: string;
  readonly sourceKey: string | null;
  readonly version: number;
  readonly state: IncidentState;
}

/** What a group of tasks touches. */
export interface Loaded {
  /** By pk. */
  readonly incidents: ReadonlyMap<number, LoadedIncident>;
  /** Keys of sources that are taken, each with its incident. */
  readonly sourceKeys: ReadonlyMap<string, string>;
}

export interface DecidedTasks {
  /** In the order of the tasks. */
  readonly results: readonly CommandResult[];
  readonly events: readonly IncidentEnvelope[];
  /** Those that changed, by pk. */
  readonly changed: ReadonlyMap<number, LoadedIncident>;
}

/** Decides tasks one after another, each on what those before it have left. */
export function decideTasks(tasks: readonly Task[], loaded: Loaded, drawn: readonly Drawn[]): DecidedTasks {
  const changed = new Map<number, LoadedIncident>();
  const sourceKeys = new Map(loaded.sourceKeys);
  const events: IncidentEnvelope[] = [];
  const results = tasks.map((task, index): CommandResult => {
    const keys = drawn[index]!;
    const taken = takenBy(task, sourceKeys);
    if (taken) return taken;
    const pk = task.pk ?? keys.pk;
    const known = task.pk === undefined ? fresh(task) : (changed.get(pk) ?? loaded.incidents.get(pk));
    if (known?.organizationId !== task.caller.organizationId) return { refusal: { code: 'unknown-incident', pk } };
    const now = known.state ? laterOf(keys.now, known.state.updatedAt) : keys.now;
    const command = task.command({ ...keys, now });
    const refusal = refusalOf(command, known.state);
    if (refusal) return { refusal };
    const next = step(incidentDecider, known.state, command);
    const envelopes = next.events.map((event) => incidentEnvelope(event, chainOf(task, now)) as IncidentEnvelope);
    if (envelopes.length > 0) changed.set(pk, after(known, next.state));
    if (task.sourceKey !== undefined) sourceKeys.set(task.sourceKey, task.incidentId!);
    events.push(...envelopes);
    return done(next.state!, envelopes, now);
  });
  return { results, events, changed };
}

/** What is deleted leaves its source's id free, once the transaction is done. */
function after(known: LoadedIncident, state: IncidentState): LoadedIncident {
  return { ...known, state, sourceKey: state?.deletedAt === undefined ? known.sourceKey : null };
}

function fresh({ incidentId, caller, sourceKey }: Task): LoadedIncident {
  const { organizationId } = caller;
  return { incidentId: incidentId!, organizationId, sourceKey: sourceKey ?? null, version: 0, state: undefined };
}

function takenBy(task: Task, sourceKeys: ReadonlyMap<string, string>): CommandResult | undefined {
  if (task.sourceKey === undefined || !sourceKeys.has(task.sourceKey)) return undefined;
  return { refusal: { code: 'duplicate-source-incident-id', ...task.source! } };
}

function done(state: NonNullable<IncidentState>, envelopes: readonly IncidentEnvelope[], now: Instant): CommandResult {
  const events = envelopes.flatMap((envelope) => eventDocumentOf(timelineEntryOf(envelope)) ?? []);
  return { incident: incidentAt(state, now), events };
}

/** Nothing led to it but the caller: each command starts its own chain. */
function chainOf({ caller }: Task, recordedAt: Instant) {
  const { organizationId, projectId, by } = caller;
  const sourceId = by.tokenId === undefined ? {} : { sourceId: by.tokenId };
  return { organizationId, projectId, recordedAt, source: by.username || SOURCE, ...sourceId };
}
