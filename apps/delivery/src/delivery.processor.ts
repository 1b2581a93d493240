import { type TopicNames } from '#libs/contracts';
import { type Clock } from '#libs/core';
import { type AfterCommit, type ProcessorDefinition, type Received, type UnitOfWork } from '#libs/runtime';
import { recordOf } from './delivery/record.js';
import { deliveriesOf } from './delivery/matched.js';
import { IncidentBatch } from './incident/incident-batch.js';
import { type EventReference, type IncidentEvent, incidentEvents } from './incident/incident-event.js';
import { type IncidentDocument, laneView } from './incident/incident.js';
import { signalOf } from './incident/notification.js';
import { changeIntegration } from './integration/change.js';
import { KnownIntegrations } from './integration/known-integrations.js';
import { integrationEvents, type IntegrationEvent, isIntegrationEvent } from './integration/integration.js';
import { initialLane, type LaneRule, plan } from './lane/lane.js';
import { everyClass, type Hint, hintsOf, scheduleOf } from './lane/schedule.js';
import { type Sink } from './sink.js';
import { selectIncidents } from './sql/incidents.js';
import { lockMatching } from './sql/integrations.js';
import { holdLanes, keyOfLane, type LaneKey } from './sql/lanes.js';
import { type Batch, type NewDelivery, type NewEvent, saveBatch, type TouchedLane } from './sql/save-batch.js';

export interface ProcessorOptions {
  readonly sink: Pick<Sink, 'name' | 'serves'>;
  readonly topics: TopicNames;
  readonly clock: Clock;
  readonly rule: LaneRule;
  /** Called after the commit, with what has become due. */
  readonly wake: (hints: readonly Hint[]) => void;
}

/**
 * Writes down what is to be sent, and calls nobody: a delivery for each incident event or notification and each integration that wants
 * it, and the lane that it goes through (reference performance-reliability 2.5).
 */
export function deliveryProcessor(options: ProcessorOptions): ProcessorDefinition {
  const integrations = new KnownIntegrations(options.sink.name);
  return {
    name: `delivery.${options.sink.name}`,
    topic: options.topics.events,
    handles: new Set<string>([...incidentEvents, 'NotificationRaised', ...integrationEvents]),
    apply: (batch, unit) => apply(batch, unit, { ...options, integrations }),
  };
}

type Options = ProcessorOptions & { readonly integrations: KnownIntegrations };

async function apply(batch: readonly Received[], unit: UnitOfWork, given: Options): Promise<AfterCommit> {
  const events = batch.map(({ event }) => event);
  const alone = events.some(isIntegrationEvent);
  await lockMatching(unit.tx, given.sink.name, alone);
  const options = alone ? { ...given, integrations: new KnownIntegrations(given.sink.name) } : given;
  const hints: Hint[] = [];
  let incidents: IncidentEvent[] = [];
  for (const event of events) {
    const signal = signalOf(event);
    if (signal) incidents.push(signal);
    if (!isIntegrationEvent(event)) continue;
    hints.push(...(await takeIncidents(incidents, unit, options)));
    hints.push(...(await takeIntegration(event, unit, options)));
    incidents = [];
  }
  hints.push(...(await takeIncidents(incidents, unit, options)));
  return () => options.wake(hints);
}

async function takeIncidents(
  events: readonly IncidentEvent[],
  unit: UnitOfWork,
  options: Options,
): Promise<readonly Hint[]> {
  if (events.length === 0) return [];
  const ids = [...new Set(events.map(({ payload }) => payload.incidentId))];
  const { incidents: known, rosterVersion } = await selectIncidents(unit.tx, options.sink.name, ids);
  const integrations = await options.integrations.of(unit.tx, rosterVersion);
  const batch = new IncidentBatch(known);
  for (const event of events) batch.take(event);
  const deliveries = batch.news.flatMap(({ then, reference }) =>
    deliveriesOf(integrations.get(then.organizationId) ?? [], then, reference),
  );
  const saved = batch.news.map(({ then, reference }) => eventOf(then, reference, options.rule));
  const fresh = ids.filter((id) => !known.has(id));
  return write({ incidents: batch.incidents, events: saved, deliveries }, batch.documents, unit, options, fresh);
}

function eventOf(then: IncidentDocument, reference: EventReference, { coalescing }: LaneRule): NewEvent {
  const { incidentId, organizationId } = then;
  return { incidentId, organizationId, ...reference, document: coalescing === 'each-event' ? then : null };
}

async function takeIntegration(event: IntegrationEvent, unit: UnitOfWork, options: Options): Promise<readonly Hint[]> {
  const now = options.clock.millis();
  const { name, serves = name } = options.sink;
  const change = await changeIntegration(event, unit, { sink: name, serves, now });
  if (!change) return [];
  const { deliveries, documents, integrationId } = change;
  const hints = await write({ incidents: [], events: [], deliveries }, documents, unit, options);
  return [...hints, ...everyClass.map((each) => ({ integrationId, class: each, due: now }))];
}

async function write(
  batch: Omit<Batch, 'lanes'>,
  documents: ReadonlyMap<string, IncidentDocument>,
  unit: UnitOfWork,
  options: Options,
  fresh: readonly string[] = [],
): Promise<readonly Hint[]> {
  const { sink, clock } = options;
  const now = clock.millis();
  const lanes = await touchedLanes(batch.deliveries, documents, new Set(fresh), unit, options, now);
  const written = await saveBatch(unit.tx, sink.name, { ...batch, lanes });
  for (const delivery of batch.deliveries) {
    const { state } = delivery;
    if (state === 'pending' || !written.has(delivery.deliveryId)) continue;
    const owner = documents.get(delivery.incidentId)!;
    unit.emit(recordOf({ ...delivery, state, attempts: 0 }, owner, `delivery.${sink.name}`, now));
  }
  return hintsOf(lanes);
}

/** The lanes with something to send, and when. One with a call under way is looked at when the call ends. */
async function touchedLanes(
  deliveries: readonly NewDelivery[],
  documents: ReadonlyMap<string, IncidentDocument>,
  fresh: ReadonlySet<string>,
  { tx }: UnitOfWork,
  { sink, rule }: ProcessorOptions,
  now: number,
): Promise<readonly TouchedLane[]> {
  const pending = deliveries.filter(({ state }) => state === 'pending');
  const byLane = new Map<string, NewDelivery[]>();
  for (const delivery of pending)
    byLane.set(keyOfLane(delivery), [...(byLane.get(keyOfLane(delivery)) ?? []), delivery]);
  const keys: LaneKey[] = [...byLane.values()].map(([first]) => first!);
  // Nobody has a lane yet of an incident that is new.
  const states = await holdLanes(
    tx,
    sink.name,
    keys.filter(({ incidentId }) => !fresh.has(incidentId)),
  );
  return keys.flatMap(({ integrationId, incidentId }) => {
    const key = keyOfLane({ integrationId, incidentId });
    const state = states.get(key) ?? initialLane;
    if (state.attempt) return [];
    const incident = laneView(documents.get(incidentId)!, now);
    const situation = { now, incident, integration: 'active', waiting: byLane.get(key)! } as const;
    return [{ integrationId, incidentId, state, ...scheduleOf(plan(state, situation, rule), now) }];
  });
}
