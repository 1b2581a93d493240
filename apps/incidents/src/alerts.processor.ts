import { type TopicNames } from '#libs/contracts';
import { type Clock, derivedId } from '#libs/core';
import { type ProcessorDefinition, type Received, Undecidable, type UnitOfWork } from '#libs/runtime';
import { type Alert, alertOf, faultOf, senderOf } from './alerts/alert.js';
import { concernsIncident, serviceKeyOf } from './alerts/consequences.js';
import { decideTurns, neededKeys, type Touched, type Versioned } from './alerts/decide-turns.js';
import { type AlertName, commandOf, incidentIdOf, take, type Turn } from './alerts/turn.js';
import { showDecided } from './projections/incidents/incidents.inline.js';
import { occurrenceDecider, type OccurrenceState } from './occurrence/occurrence.js';
import { type Registry } from './sources/registry.js';
import { type StatusAfterResolve } from './service-status/service-status.js';
import { loadDueOccurrences, loadOccurrences, nextExpiry } from './sql/load-occurrences.js';
import { type Asked, loadHistory, loadTouched, withHistory } from './sql/load-touched.js';
import { type ChangedOccurrence, saveDecisions } from './sql/save-decisions.js';

/** Most alerts that one sweep ends; the next one goes on. */
const SWEEP = 1000;

export interface AlertsProcessorOptions {
  readonly topics: TopicNames;
  readonly clock: Clock;
  readonly afterResolve: StatusAfterResolve;
  readonly sources: Pick<Registry, 'sourcesOfAlerts'>;
}

/**
 * Turns alerts into incidents and service status. It is the one processor of the platform that writes the dead letters
 * of records that nobody can read.
 */
export function alertsProcessor(options: AlertsProcessorOptions): ProcessorDefinition {
  return {
    name: 'incidents.alerts',
    topic: options.topics.events,
    handles: new Set(['AlertFired', 'AlertResolved']),
    writesUndecodable: true,
    apply: (batch, unit) => apply(batch, unit, options),
    sweep: (partition, watermark, unit) => sweep(partition, watermark, unit, options),
  };
}

async function apply(batch: readonly Received[], unit: UnitOfWork, options: AlertsProcessorOptions): Promise<void> {
  const senders = batch.map(({ event }) => senderOf(event));
  const sources = await options.sources.sourcesOfAlerts(unit, senders);
  const alerts = batch.map(({ event, timestamp, position }, index) => {
    const alert = alertOf(event, timestamp > 0 ? timestamp : options.clock.millis(), sources[index]);
    const fault = faultOf(alert);
    if (fault !== undefined) throw new Undecidable(fault);
    return { id: alertId(alert), alert, logPartition: position.partition };
  });
  const known = await loadOccurrences(unit.tx, [...new Set(alerts.map(({ id }) => id))]);
  const changes = new Changes(known);
  for (const { id, alert, logPartition } of alerts) changes.take(id, alert, logPartition);
  await conclude(changes, unit, options);
}

async function sweep(
  partition: number,
  watermark: number,
  unit: UnitOfWork,
  options: AlertsProcessorOptions,
): Promise<number> {
  const due = await loadDueOccurrences(unit.tx, partition, watermark, SWEEP);
  if (due.length === 0) return nextExpiry(unit.tx, partition);
  const changes = new Changes(new Map(due.map(({ id, version, state }) => [id, { version, state }])));
  const at = new Date(watermark).toISOString();
  for (const { id, ...name } of due) changes.expire(id, name, at, partition);
  await conclude(changes, unit, options);
  return nextExpiry(unit.tx, partition);
}

function alertId({ organizationId, partition, fingerprint }: AlertName): string {
  return derivedId(organizationId, partition, fingerprint);
}

/** The states of a batch's alerts while it is decided. */
class Changes {
  readonly turns: Turn[] = [];
  private readonly changed = new Map<string, ChangedOccurrence>();

  constructor(private readonly known: ReadonlyMap<string, Versioned<OccurrenceState>>) {}

  take(id: string, alert: Alert, logPartition: number): void {
    this.put(id, alert, logPartition, take(alert, commandOf(alert), this.stateOf(id), alert));
  }

  expire(id: string, name: AlertName, watermark: string, logPartition: number): void {
    this.put(id, name, logPartition, take(name, { type: 'expire', watermark }, this.stateOf(id)));
  }

  occurrences(): readonly ChangedOccurrence[] {
    return [...this.changed.values()];
  }

  private stateOf(id: string): OccurrenceState {
    return this.changed.get(id)?.state ?? this.known.get(id)?.state ?? occurrenceDecider.initialState;
  }

  private put(
    id: string,
    name: AlertName,
    logPartition: number,
    taken: { state: OccurrenceState; turns: Turn[] },
  ): void {
    if (taken.state === this.stateOf(id)) return;
    const { organizationId, partition, fingerprint } = name;
    const version = this.known.get(id)?.version ?? 0;
    this.changed.set(id, { id, organizationId, partition, fingerprint, logPartition, version, state: taken.state });
    this.turns.push(...taken.turns);
  }
}

/** Decides what the turns of the alerts bring about, writes it, and puts the events into the outbox. */
async function conclude(
  changes: Changes,
  unit: UnitOfWork,
  { afterResolve, clock }: AlertsProcessorOptions,
): Promise<void> {
  const occurrences = changes.occurrences();
  if (occurrences.length === 0) return;
  const touched = await load(changes.turns, unit, afterResolve);
  const decided = decideTurns(changes.turns, touched, afterResolve, clock.now());
  await saveDecisions(unit.tx, occurrences, decided, touched);
  // What is decided is shown, whether or not the log can be reached.
  await showDecided(unit.tx, decided);
  for (const event of decided.events) unit.emit(event);
}

async function load(turns: readonly Turn[], { tx }: UnitOfWork, afterResolve: StatusAfterResolve): Promise<Touched> {
  if (turns.length === 0) return { incidents: new Map(), services: new Map(), pks: [], eventPks: [] };
  const concerning = turns.filter((turn) => concernsIncident(turn, afterResolve));
  const incidentIds = [...new Set(concerning.map((turn) => incidentIdOf(turn, turn.start)))];
  const serviceIds = [...new Set(turns.flatMap((turn) => serviceKeyOf(turn)?.id ?? []))];
  const touched = await loadTouched(tx, incidentIds, serviceIds, neededKeys(turns, afterResolve));
  const histories = await loadHistory(tx, askedOf(turns, touched));
  return { ...touched, services: withHistory(touched.services, histories) };
}

/** The times that the turns may write at: their own, and ends that they may put right. */
function askedOf(turns: readonly Turn[], { services }: Touched): readonly Asked[] {
  const asked = turns.flatMap((turn) => {
    const id = serviceKeyOf(turn)?.id;
    const known = id === undefined ? undefined : services.get(id);
    if (id === undefined || !known) return [];
    const ends = turn.end === undefined ? [] : [turn.end, ...known.state.alerts.flatMap(({ to }) => to ?? [])];
    return [turn.start, ...ends].map((time) => ({ id, time }));
  });
  return [...new Map(asked.map((one) => [`${one.id} ${one.time}`, one])).values()];
}
