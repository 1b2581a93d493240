import { describe, expect, it } from '@jest/globals';
import { eventTypes } from '#libs/contracts';
import { Unreadable, type SourceContext } from '../../source.js';
import { events } from './events.source.js';
import { isReserved } from './reserved.js';

const context: SourceContext = {
  partition: '',
  now: '2026-11-20T10:00:00.000Z',
  organizationId: 'o',
  projectId: 'p',
  partitions: null,
};

const fired = {
  name: 'AlertFired',
  payload: { partition: 'INS', labels: { alertname: 'A' }, startsAt: '2026-11-20T09:00:00Z' },
};

describe('events', () => {
  it('holds a known name to its schema, naming the field', () => {
    const { rejected } = events.translate({ ...fired, payload: { ...fired.payload, startsAt: 'now' } }, context);
    expect(rejected[0]!.reason).toMatch(/^payload\.startsAt: expected a date-time/);
  });

  it('keeps an unknown name as it is', () => {
    const payload = { any: ['thing', { at: 'all' }] };
    expect(events.translate({ name: 'order_paid', payload }, context).accepted[0]).toMatchObject({
      name: 'order_paid',
      payload,
    });
  });

  it('takes no decision of our own services, whatever the token', () => {
    const observations = ['AlertFired', 'AlertResolved'];
    for (const { name } of eventTypes) {
      if (/^(Incident|Integration|Delivery|ServiceStatus)/.test(name)) expect(isReserved(name)).toBe(true);
      if (observations.includes(name)) expect(isReserved(name)).toBe(false);
    }
    expect(isReserved('IncidentReopened')).toBe(true);
    expect(isReserved('DetectorConfigured')).toBe(true);
    expect(isReserved('IncidentalDamage')).toBe(false);
    expect(events.translate({ Name: 'IncidentClosed', Payload: {} }, context).rejected[0]).toMatchObject({
      kind: 'forbidden',
    });
  });

  it('takes what the control plane says of clusters; registering one is not for a monitoring system', () => {
    const said = (name: string, more: object, mayConfigure: boolean) =>
      events.translate({ name, payload: { clusterId: 'c1', ...more } }, { ...context, mayConfigure });
    expect(said('ClusterProvisioningFailed', {}, false).accepted).toHaveLength(1);
    expect(said('ClusterStateChanged', { state: 'defunct' }, false).accepted).toHaveLength(1);
    expect(said('ClusterRegistered', {}, true).accepted).toMatchObject([{ subject: 'cluster/c1' }]);
    expect(said('ClusterRegistered', {}, false).rejected).toMatchObject([{ kind: 'forbidden' }]);
    expect(said('ClusterRemoved', {}, false).rejected).toMatchObject([{ kind: 'forbidden' }]);
  });

  it('lets no body name another organisation, project or partition than the token', () => {
    const named = (metadata: object) => events.translate({ ...fired, metadata }, context).rejected[0];
    expect(named({ organizationId: 'other' })).toMatchObject({
      kind: 'forbidden',
      reason: expect.stringMatching(/^metadata\.organizationId: /),
    });
    expect(named({ projectId: 'other' })).toMatchObject({ kind: 'forbidden' });
    expect(named({ organizationId: 'o', projectId: 'p' })).toBeUndefined();
    expect(events.translate(fired, { ...context, partitions: ['OTHER'] }).rejected[0]).toMatchObject({
      kind: 'forbidden',
      reason: expect.stringMatching(/^payload\.partition: /),
    });
  });

  it('keys what nobody knows by its cluster, infra-env or host, or by what the sender says', () => {
    const subject = (payload: object, metadata?: object) =>
      events.translate({ name: 'x', payload, ...(metadata && { metadata }) }, context).accepted[0]!.subject;
    expect(subject({ cluster_id: 'c', host_id: 'h' })).toBe('cluster/c');
    expect(subject({ infra_env_id: 'i', host_id: 'h' })).toBe('infra-env/i');
    expect(subject({ hostId: 'h' })).toBe('host/h');
    expect(subject({ cluster_id: '' })).toBeUndefined();
    expect(subject({ clusterId: 'c' }, { subject: 'order/7' })).toBe('order/7');
  });

  it('refuses nesting, long texts and names that reach a prototype, item by item', () => {
    const deep = JSON.parse(`${'['.repeat(33)}${']'.repeat(33)}`) as unknown;
    const polluting = JSON.parse('{"a":{"__proto__":{"x":1}}}') as unknown;
    const { accepted, rejected } = events.translate(
      [deep, { text: 'x'.repeat(65_537) }, polluting, 'fine'].map((payload) => ({ name: 'x', payload })),
      context,
    );
    expect(rejected.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(accepted.map(({ index }) => index)).toEqual([3]);
  });

  it('rejects a line that is no JSON and keeps its neighbours', () => {
    const { accepted, rejected } = events.translate(
      [{ name: 'a', payload: 1 }, new Unreadable('the line is not JSON')],
      context,
    );
    expect(accepted).toHaveLength(1);
    expect(rejected).toEqual([{ index: 1, kind: 'type', reason: 'the line is not JSON' }]);
  });

  it('refuses more than a thousand at once', () => {
    const many = Array.from({ length: 1001 }, () => ({ name: 'x', payload: 1 }));
    expect(events.translate(many, context).refusal?.kind).toBe('size');
  });
});
