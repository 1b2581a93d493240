import { derivedId } from '#libs/core';
import { type Received } from '#libs/runtime';
import { type StoreTx } from '#libs/store';
import { sameObservation } from '../../service-status/history.js';
import { type EventReadModel, type TableOf } from '../read-model.js';
import {
  type HistoryRow,
  type LoggedStatus,
  type ServiceHistory,
  servicesProjection,
  type StatusEnvelope,
} from './services.projection.js';
import { historyView, serviceView } from './services.views.js';
import { insertRows, insertServices, loadNeighbourhoods, updateTransitions } from './services.write.js';

/** A service of one organisation, and what a batch makes of its history. */
export interface ServiceChange {
  readonly organizationId: string;
  readonly id: string;
  readonly history: ServiceHistory;
}

/** A row of that history that is new or has changed. */
export interface ChangedRow extends HistoryRow {
  readonly organizationId: string;
  readonly serviceId: string;
  readonly partition: string;
}

/** Loads the neighbourhood of what is new in one query, folds in memory, and writes what differs. */
async function apply(batch: readonly Received[], tx: StoreTx, tableOf: TableOf): Promise<void> {
  const services = grouped(batch);
  const asked = [...services.values()].flatMap(({ organizationId, id, events }) =>
    [...new Set(events.map(({ event }) => event.payload.time))].map((time) => ({ organizationId, id, time })),
  );
  const known = await loadNeighbourhoods(tx, tableOf(historyView.name), asked);
  const changes: ServiceChange[] = [];
  const added: ChangedRow[] = [];
  const turned: ChangedRow[] = [];
  for (const { organizationId, id, events } of services.values()) {
    const before = known.get(id) ?? [];
    const history = folded(events, before);
    changes.push({ organizationId, id, history });
    for (const row of history.rows) {
      const changed = { ...row, organizationId, serviceId: id, partition: history.partition };
      const old = before.find((one) => sameObservation(one, row));
      if (!old) added.push(changed);
      else if (old.transition !== row.transition) turned.push(changed);
    }
  }
  await insertServices(tx, tableOf(serviceView.name), changes);
  await insertRows(tx, tableOf(historyView.name), added);
  await updateTransitions(tx, tableOf(historyView.name), turned);
}

export const servicesReadModel: EventReadModel = {
  name: servicesProjection.name,
  version: servicesProjection.version,
  views: [serviceView, historyView],
  from: 'events',
  handles: servicesProjection.handles,
  apply,
};

interface Group {
  readonly organizationId: string;
  readonly id: string;
  readonly events: LoggedStatus[];
}

function grouped(batch: readonly Received[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const { event, position } of batch) {
    const logged = { event: printable(event as StatusEnvelope), offset: position.offset };
    const organizationId = event.metadata.organizationId.toLowerCase();
    const id = derivedId(organizationId, logged.event.payload.key);
    const group = groups.get(id);
    if (group) group.events.push(logged);
    else groups.set(id, { organizationId, id, events: [logged] });
  }
  return groups;
}

/** A foreign producer's texts may hold NUL, which a column cannot. */
function printable(event: StatusEnvelope): StatusEnvelope {
  const json = JSON.stringify(event.payload);
  if (!json.includes('\\u0000')) return event;
  return { ...event, payload: JSON.parse(json.replaceAll('\\u0000', '\\ufffd')) as StatusEnvelope['payload'] };
}

function folded(events: readonly LoggedStatus[], rows: readonly HistoryRow[]): ServiceHistory {
  const { key, partition, platform, service, facet, location } = events[0]!.event.payload;
  const start: ServiceHistory = { key, partition, platform, service, facet, location, rows };
  return events.reduce<ServiceHistory>((history, event) => servicesProjection.evolve(history, event) ?? history, start);
}
