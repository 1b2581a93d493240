import { DeliveriesPlanned, IntegrationRecovered, makeEvent } from '#libs/contracts';
import { derivedId, type Instant, instantOfMillis, millisOf } from '#libs/core';
import { type UnitOfWork } from '#libs/runtime';
import { backfillOf, catchUpOf, lateDeliveriesOf } from '../delivery/matched.js';
import { type IncidentDocument, incidentAt } from '../incident/incident.js';
import { selectEventsSince, selectMissed, selectOpenSince } from '../sql/incidents.js';
import { saveIntegration, selectIntegration, wakeLanes } from '../sql/integrations.js';
import { type NewDelivery } from '../sql/save-batch.js';
import { FRESH } from './matching.js';
import { evolve, type IntegrationDocument, type IntegrationEvent, sinkOf } from './integration.js';

/** What a change of an integration brings. */
export interface Change {
  readonly integrationId: string;
  readonly deliveries: readonly NewDelivery[];
  readonly documents: ReadonlyMap<string, IncidentDocument>;
}

/** Clocks of two machines may differ by as much. */
const SKEW = 60_000;

/**
 * Takes over a change of an integration of this sink, and gives it the events that it wants and that were read before
 * the change was. Undefined where the change is of another sink, or not new.
 */
export async function changeIntegration(
  event: IntegrationEvent,
  unit: UnitOfWork,
  { sink, serves, now }: { sink: string; serves: string; now: number },
): Promise<Change | undefined> {
  const { integrationId } = event.payload;
  const stored = await selectIntegration(unit.tx, sink, integrationId);
  if (!stored && sinkOf(event) !== serves) return undefined;
  const before = stored?.document;
  const after = evolve(before, event);
  if (!after || after === before) return undefined;
  await saveIntegration(unit.tx, sink, after);
  await wakeLanes(unit.tx, sink, integrationId, now);
  if (stored?.parkedCode) recovered(event, after, unit, sink, now);
  const incidents = new Map<string, IncidentDocument>();
  const deliveries = await owed(event, before, after, incidents, unit, sink, now);
  announce(event, after, await unknown(unit.tx, sink, deliveries.beside), unit, sink, now);
  return { integrationId, deliveries: deliveries.all, documents: incidents };
}

interface Owed {
  readonly all: readonly NewDelivery[];
  /** Those that do not follow from an event and what the integration wanted when it was written. */
  readonly beside: readonly NewDelivery[];
}

async function owed(
  event: IntegrationEvent,
  before: IntegrationDocument | undefined,
  after: IntegrationDocument,
  incidents: Map<string, IncidentDocument>,
  { tx }: UnitOfWork,
  sink: string,
  now: number,
): Promise<Owed> {
  const { organizationId } = after;
  const { recordedAt, id, correlationId } = event.metadata;
  const late = await selectEventsSince(tx, sink, organizationId, recordedAt);
  for (const { incident } of late) incidents.set(incident.incidentId, incident);
  const rows = lateDeliveriesOf(after, late);
  const beside: NewDelivery[] = [];
  if (!before) {
    const all = await selectOpenSince(tx, sink, organizationId, earlier(after.createdAt, FRESH));
    const open = all.filter((one) => incidentAt(one, now).status === 'open');
    for (const incident of open) incidents.set(incident.incidentId, incident);
    beside.push(...backfillOf(after, open));
  }
  if (before?.status === 'paused' && after.status === 'active') {
    const since = earlier(before.pausedAt ?? before.createdAt, SKEW);
    const missed = (await selectMissed(tx, sink, after.integrationId, since)).map(({ incident, lane }) => ({
      incident: incidentAt(incident, now),
      lane,
    }));
    for (const { incident } of missed) incidents.set(incident.incidentId, incident);
    beside.push(...catchUpOf(after, missed, { eventId: id, name: event.name, rootEventId: correlationId, recordedAt }));
  }
  const counted = new Set(rows.map(({ deliveryId }) => deliveryId));
  const added = beside.filter(({ deliveryId }) => !counted.has(deliveryId));
  return { all: [...rows, ...added], beside: added };
}

function earlier(instant: Instant, millis: number): Instant {
  return instantOfMillis(millisOf(instant) - millis);
}

/** Without those that were planned before the database was lost: they are on record. */
async function unknown(
  tx: UnitOfWork['tx'],
  sink: string,
  deliveries: readonly NewDelivery[],
): Promise<readonly NewDelivery[]> {
  if (deliveries.length === 0) return deliveries;
  const ids = deliveries.map(({ deliveryId }) => deliveryId);
  const { rows } = await tx.query<{ id: string }>(
    'select delivery_id as id from delivery where sink = $1 and delivery_id = any($2)',
    [sink, ids],
  );
  const known = new Set(rows.map(({ id }) => id));
  return deliveries.filter(({ deliveryId }) => !known.has(deliveryId));
}

/** Deliveries that an event may name. */
const ANNOUNCED = 500;

/** Puts on the log what nobody else can know to be waiting (`DeliveriesPlanned`). */
function announce(
  { metadata: { id, correlationId } }: IntegrationEvent,
  { integrationId, organizationId, projectId }: IntegrationDocument,
  deliveries: readonly NewDelivery[],
  unit: UnitOfWork,
  sink: string,
  now: number,
): void {
  const planned = deliveries.filter(({ state }) => state === 'pending').map(plannedOf);
  const time = instantOfMillis(now);
  const about = { time, recordedAt: time, source: `delivery.${sink}`, organizationId, projectId };
  for (let from = 0; from < planned.length; from += ANNOUNCED) {
    const payload = { integrationId, deliveries: planned.slice(from, from + ANNOUNCED) };
    const own = derivedId(id, integrationId, `planned/${from}`);
    unit.emit(makeEvent(DeliveriesPlanned, payload, { ...about, id: own, correlationId, causationId: id }));
  }
}

function plannedOf({ deliveryId, eventId, rootEventId, incidentId, sequence, at }: NewDelivery) {
  return { deliveryId, eventId, rootEventId, incidentId, sequence, writtenAt: instantOfMillis(at) };
}

/** A change ends the parking: whether it helped shows the next call. */
function recovered(
  event: IntegrationEvent,
  { integrationId, organizationId, projectId }: IntegrationDocument,
  unit: UnitOfWork,
  sink: string,
  now: number,
): void {
  const at = instantOfMillis(now);
  const { id, correlationId } = event.metadata;
  unit.emit(
    makeEvent(
      IntegrationRecovered,
      { integrationId, reason: event.name, at },
      {
        id: derivedId(id, integrationId, 'recovered'),
        time: at,
        recordedAt: at,
        source: `delivery.${sink}`,
        organizationId,
        projectId,
        correlationId,
        causationId: id,
      },
    ),
  );
}
