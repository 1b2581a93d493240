import { type Actor } from '#libs/contracts';
import { type IncidentEvent, type NewIncident } from './incident.js';

/** For specs: an incident that a source opened, and what may be said of it. */
export const START = '2026-11-20T09:38:13.321Z';
export const NOW = '2026-11-20T10:00:00.000Z';

export const nav: Actor = { userPk: 4, username: 'nav1', kind: 'source', tokenId: 't1' };
export const jane: Actor = { userPk: 7, username: 'jane', kind: 'person' };

export const incident: NewIncident = {
  incidentId: 'i1',
  pk: 7,
  eventPk: 1,
  by: nav,
  origin: 'api',
  startTime: START,
  stateful: true,
  level: 3,
  description: 'etcd does not answer',
  tags: ['host=sw1'],
  source: { id: 's1', pk: 2, name: 'nav1', type: 'nav' },
  sourceIncidentId: '42',
  detailsUrl: '',
  ticketUrl: '',
};

export function opened(own: Partial<NewIncident> = {}): IncidentEvent {
  return { name: 'IncidentOpened', payload: { ...incident, ...own, sequence: 1 }, recordedAt: START };
}

/** An event after the first: what its payload has beside the names of its incident. */
export function event<Name extends Exclude<IncidentEvent['name'], 'IncidentOpened'>>(
  name: Name,
  own: object,
  sequence = 2,
  recordedAt = NOW,
): IncidentEvent {
  return { name, payload: { incidentId: 'i1', pk: 7, sequence, ...own }, recordedAt } as unknown as IncidentEvent;
}
