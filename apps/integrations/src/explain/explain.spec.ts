import { describe, expect, it } from '@jest/globals';
import { type Cause } from '../projections/causes/causes.processor.js';
import { type Change } from '../projections/deliveries/expectation.js';
import { type StoredSignal } from '../projections/deliveries/stored-events.js';
import { type Delivery } from '../projections/deliveries/queries.js';
import { explain } from './explain.js';

const at = '2026-11-20T10:00:00.000Z';
const cause: Cause = {
  eventId: 'a1',
  organizationId: 'o',
  name: 'AlertFired',
  topic: 't',
  partition: 1,
  offset: 7,
  writtenAt: at,
};
const signal = (sequence: number, causationId: string | null): StoredSignal => ({
  eventId: `e${sequence}`,
  organizationId: 'o',
  incidentId: 'i',
  name: sequence === 1 ? 'IncidentOpened' : 'IncidentClosed',
  sequence,
  causationId,
  origin: 'alert',
  level: 3,
  tags: [],
  at: Date.parse(at),
  writtenAt: at,
  topic: 't',
  partition: 2,
  offset: sequence,
});
const delivery = (eventId: string, rest: Partial<Delivery> = {}): Delivery => ({
  deliveryId: `d-${eventId}`,
  integrationId: 'n',
  eventId,
  rootEventId: 'a1',
  incidentId: 'i',
  state: 'delivered',
  reason: null,
  attempts: 1,
  receipt: { channel: 'C1', ts: '1.2' },
  count: 1,
  writtenAt: at,
  at,
  recorded: { topic: 't', partition: 3, offset: 9 },
  ...rest,
});
const created: Change = {
  integrationId: 'n',
  sequence: 1,
  at: 0,
  source: 'issues',
  filters: { minLevel: 1 },
  deleted: false,
};

describe('explain', () => {
  it('follows each event from its cause to its delivery, with places on the log', () => {
    const hops = explain({
      causes: [cause],
      signals: [signal(1, 'a1'), signal(2, 'a1')],
      deliveries: [delivery('e1'), delivery('e2', { state: 'pending', recorded: null, at: null, receipt: null })],
    });
    expect(hops.map(({ kind, id, causedBy, partition, offset }) => [kind, id, causedBy, partition, offset])).toEqual([
      ['alert', 'a1', null, 1, 7],
      ['incident', 'e1', 'a1', 2, 1],
      ['delivery', 'd-e1', 'e1', 3, 9],
      ['incident', 'e2', 'a1', 2, 2],
      ['delivery', 'd-e2', 'e2', null, null],
    ]);
    expect(hops[2]!.delivery).toMatchObject({ state: 'delivered', receipt: { ts: '1.2' } });
    expect(hops[4]).toMatchObject({ name: 'pending', at: null });
  });

  it('shows an alert once, and what was sent because an integration went on after a pause', () => {
    const resumed = { eventId: 'c3', name: 'IntegrationResumed', writtenAt: at, topic: 't', partition: 3, offset: 8 };
    const hops = explain({
      causes: [cause],
      signals: [signal(1, 'a1')],
      deliveries: [delivery('c3')],
      changes: [resumed],
    });
    expect(hops.map(({ kind, id, causedBy }) => [kind, id, causedBy])).toEqual([
      ['alert', 'a1', null],
      ['incident', 'e1', 'a1'],
      ['integration', 'c3', null],
      ['delivery', 'd-c3', 'c3'],
    ]);
  });

  it('says why nothing was sent', () => {
    const hops = explain({ causes: [], signals: [signal(1, 'gone')], deliveries: [], history: [created] });
    expect(hops).toHaveLength(1);
    expect(hops[0]!.ended).toBe('the filters of the integration do not match the incident');
  });

  it('says nothing of that where a delivery waits, or no integration was asked for', () => {
    expect(explain({ causes: [], signals: [signal(1, null)], deliveries: [] })[0]).not.toHaveProperty('ended');
    const wanted = { ...created, filters: {} };
    expect(
      explain({ causes: [], signals: [signal(1, null)], deliveries: [], history: [wanted] })[0],
    ).not.toHaveProperty('ended');
  });
});
