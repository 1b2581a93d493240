import { IntegrationRecovered, makeEvent } from '#libs/contracts';
import { derivedId, type Instant, instantOfMillis, millisOf } from '#libs/core';
import { type UnitOfWork } from '#libs/runtime';
import { backfillOf, catchUpOf, lateDeliveriesOf } from '../delivery/matched.js';
import { type IncidentDocument } from '../incident/incident.js';
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
  const deliveries = await owed(event, before, after, incidents, unit, sink);
  return { integrationId, deliveries, documents: incidents };
}

async function owed(
  event: IntegrationEvent,
  before: IntegrationDocument | undefined,
  after: IntegrationDocument,
  incidents: Map<string, IncidentDocument>,
  { tx }: UnitOfWork,
  sink: string,
): Promise<readonly NewDelivery[]> {
  const { organizationId } = after;
  const { recordedAt, id, correlationId } = event.metadata;
  const late = await selectEventsSince(tx, sink, organizationId, recordedAt);
  for (const { incident } of late) incidents.set(incident.incidentId, incident);
  const rows = [...lateDeliveriesOf(after, late)];
  if (!before) {
    const open = await selectOpenSince(tx, sink, organizationId, earlier(after.createdAt, FRESH));
    for (const incident of open) incidents.set(incident.incidentId, incident);
    rows.push(...backfillOf(after, open));
  }
  if (before?.status === 'paused' && after.status === 'active') {
    const since = earlier(before.pausedAt ?? before.createdAt, SKEW);
    const missed = await selectMissed(tx, sink, after.integrationId, since);
    for (const { incident } of missed) incidents.set(incident.incidentId, incident);
    rows.push(...catchUpOf(after, missed, { eventId: id, name: event.name, rootEventId: correlationId, recordedAt }));
  }
  return [...new Map(rows.map((row) => [row.deliveryId, row])).values()];
}

function earlier(instant: Instant, millis: number): Instant {
  return instantOfMillis(millisOf(instant) - millis);
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
