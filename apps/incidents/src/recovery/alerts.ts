import { derivedId, instantOfMillis } from '#libs/core';
import { type Received, type RecoveryContext } from '#libs/runtime';
import { moveCheckpoint, type StoreTx } from '#libs/store';
import { alertOf, faultOf } from '../alerts/alert.js';
import { type ServiceKey, serviceCommands, serviceKeyOf } from '../alerts/consequences.js';
import { type AlertName, commandOf, take, type Turn } from '../alerts/turn.js';
import { occurrenceDecider } from '../occurrence/occurrence.js';
import {
  serviceStatusDecider,
  type ServiceStatusState,
  type StatusAfterResolve,
} from '../service-status/service-status.js';
import { loadDueOccurrences, loadOccurrences } from '../sql/load-occurrences.js';
import { loadTouched } from '../sql/load-touched.js';
import { type ChangedOccurrence, saveDecisions } from '../sql/save-decisions.js';
import { type Causes } from './causes.js';

const ALERTS: ReadonlySet<string> = new Set(['AlertFired', 'AlertResolved']);
/** As `alerts.processor.ts` names it. */
export const ALERTS_PROCESSOR = 'incidents.alerts';
const SWEEP = 1_000;

/**
 * Decides the alerts again that were decided before the database was lost, keeps what the rules remember of them, and
 * says nothing: what followed is on the log. The processor goes on behind them.
 */
export async function recoverAlerts(
  { store, history, clock }: RecoveryContext,
  causes: Causes,
  afterResolve: StatusAfterResolve,
): Promise<void> {
  const decided = causes.ids();
  const ends = new Map(history.topic.partitions.map(({ partition, low }) => [partition, low]));
  let { latest } = causes;
  for await (const batch of history.events(ALERTS)) {
    for (const { event, position, timestamp } of batch) {
      latest = Math.max(latest, timestamp);
      if (decided.has(event.metadata.id)) ends.set(position.partition, position.offset + 1);
    }
  }
  for await (const batch of history.events(ALERTS)) {
    const known = batch.filter(({ position }) => position.offset < ends.get(position.partition)!);
    if (known.length > 0) await store.transaction((tx) => decideAgain(tx, known, clock.millis(), afterResolve));
  }
  for (const partition of ends.keys()) await expireAgain(store, partition, latest, afterResolve);
  const { topic, topicId } = history.topic;
  await store.transaction(async (tx) => {
    for (const [partition, next] of ends) {
      await moveCheckpoint(tx, { processor: ALERTS_PROCESSOR, topic, topicId, partition }, undefined, next);
    }
  });
}

async function decideAgain(
  tx: StoreTx,
  batch: readonly Received[],
  now: number,
  afterResolve: StatusAfterResolve,
): Promise<void> {
  const alerts = batch
    .map(({ event, timestamp, position }) => ({ alert: alertOf(event, timestamp > 0 ? timestamp : now), position }))
    .filter(({ alert }) => faultOf(alert) === undefined);
  const ids = alerts.map(({ alert }) => idOf(alert));
  const states = new Map<string, ChangedOccurrence>();
  const known = await loadOccurrences(tx, [...new Set(ids)]);
  const turns: Turn[] = [];
  for (const { alert, position } of alerts) {
    const id = idOf(alert);
    const before = states.get(id)?.state ?? known.get(id)?.state ?? occurrenceDecider.initialState;
    const { state, turns: taken } = take(alert, commandOf(alert), before, alert);
    turns.push(...taken);
    const { organizationId, partition, fingerprint } = alert;
    const version = known.get(id)?.version ?? 0;
    if (state !== before) {
      states.set(id, { id, organizationId, partition, fingerprint, logPartition: position.partition, version, state });
    }
  }
  await save(tx, [...states.values()], turns, afterResolve);
}

/** Whoever fell silent before the database was lost was taken to be over then. */
async function expireAgain(
  store: RecoveryContext['store'],
  partition: number,
  watermark: number,
  afterResolve: StatusAfterResolve,
): Promise<void> {
  if (watermark === 0) return;
  for (let count = SWEEP; count === SWEEP;) {
    count = await store.transaction(async (tx) => {
      const due = await loadDueOccurrences(tx, partition, watermark, SWEEP);
      const turns: Turn[] = [];
      const states = due.map(({ id, version, state, ...name }): ChangedOccurrence => {
        const taken = take(name, { type: 'expire', watermark: instantOfMillis(watermark) }, state);
        turns.push(...taken.turns);
        return { id, ...name, logPartition: partition, version, state: taken.state };
      });
      await save(tx, states, turns, afterResolve);
      return due.length;
    });
  }
}

function idOf({ organizationId, partition, fingerprint }: AlertName): string {
  return derivedId(organizationId, partition, fingerprint);
}

async function save(
  tx: StoreTx,
  occurrences: readonly ChangedOccurrence[],
  turns: readonly Turn[],
  afterResolve: StatusAfterResolve,
): Promise<void> {
  if (occurrences.length === 0) return;
  const keys = new Map<string, ServiceKey>();
  for (const turn of turns) {
    const key = serviceKeyOf(turn);
    if (key) keys.set(key.id, key);
  }
  const touched = await loadTouched(tx, [], [...keys.keys()], { pks: 0, eventPks: 0 });
  const services = new Map<string, { key: ServiceKey; state: ServiceStatusState }>();
  for (const turn of turns) {
    const key = serviceKeyOf(turn);
    if (!key) continue;
    const before = services.get(key.id)?.state ?? touched.services.get(key.id)?.state ?? { history: [], alerts: [] };
    const state = spansOf(turn, before, afterResolve);
    if (state !== before) services.set(key.id, { key, state });
  }
  await saveDecisions(tx, occurrences, { incidents: new Map(), services }, touched);
}

/** What the rules remember of alerts of a service. What was observed is there already. */
function spansOf(turn: Turn, before: ServiceStatusState, afterResolve: StatusAfterResolve): ServiceStatusState {
  const { decide, evolve } = serviceStatusDecider(afterResolve);
  let state = before;
  for (const command of serviceCommands(turn)) {
    const remembered = decide(command, state).filter(({ name }) => name !== 'Observed');
    state = remembered.reduce(evolve, state);
  }
  return state;
}
