import { describe, expect, it } from '@jest/globals';
import { type SourceContext } from '../../source.js';
import { alertmanagerWebhook } from './alertmanager-webhook.source.js';

const context: SourceContext = {
  partition: 'INS',
  now: '2026-11-20T10:00:00.000Z',
  organizationId: 'o',
  projectId: 'p',
  partitions: null,
};

const alert = {
  status: 'firing',
  labels: { alertname: 'A' },
  startsAt: '2026-11-20T09:00:00Z',
  endsAt: '0001-01-01T00:00:00Z',
};

function translated(...alerts: object[]) {
  return alertmanagerWebhook.translate({ version: '4', alerts }, context);
}

describe('alertmanager-webhook', () => {
  it('takes a later version and a payload without one', () => {
    expect(alertmanagerWebhook.recognises({ version: '5', alerts: [] })).toBe(true);
    expect(alertmanagerWebhook.recognises({ alerts: [] })).toBe(true);
    expect(alertmanagerWebhook.recognises({ source: 'another' })).toBe(false);
  });

  it('computes the fingerprint whatever the sender says', () => {
    const [one, other] = translated(alert, { ...alert, fingerprint: 'ffffffffffffffff' }).accepted;
    expect(other!.payload).toEqual(one!.payload);
  });

  it('takes the status of each alert, not that of the group', () => {
    const body = {
      version: '4',
      status: 'firing',
      alerts: [{ ...alert, status: 'resolved', endsAt: '2026-11-20T09:30:00Z' }],
    };
    expect(alertmanagerWebhook.translate(body, context).accepted[0]).toMatchObject({
      name: 'AlertResolved',
      time: '2026-11-20T09:30:00.000Z',
    });
  });

  it('knows no end of a firing alert but one that lies ahead', () => {
    const [zero, past, ahead] = translated(
      alert,
      { ...alert, endsAt: '2026-11-20T09:59:59Z' },
      { ...alert, endsAt: '2026-11-20T10:00:01Z' },
    ).accepted;
    expect(zero!.payload).not.toHaveProperty('expiresAt');
    expect(past).toMatchObject({ name: 'AlertFired' });
    expect(past!.payload).not.toHaveProperty('expiresAt');
    expect(ahead!.payload).toHaveProperty('expiresAt', '2026-11-20T10:00:01.000Z');
  });

  it('lets an alert end now that resolved without an end', () => {
    expect(translated({ ...alert, status: 'resolved' }).accepted[0]).toMatchObject({ time: context.now });
  });

  it('takes a start up to an hour ahead', () => {
    expect(translated({ ...alert, startsAt: '2026-11-20T11:00:00Z' }).rejected).toEqual([]);
    expect(translated({ ...alert, startsAt: '2026-11-20T11:00:00.001Z' }).rejected[0]!.reason).toMatch(
      /^startsAt: .* more than an hour ahead/,
    );
  });

  it('compares instants, not texts, where one is finer than the other', () => {
    const ended = {
      ...alert,
      status: 'resolved',
      startsAt: '2026-11-20T09:00:00.321Z',
      endsAt: '2026-11-20T09:00:00.321455Z',
    };
    expect(translated(ended).rejected).toEqual([]);
  });

  it('refuses a body without a list of alerts, and one with more than can be written at once', () => {
    expect(alertmanagerWebhook.translate({ version: '4' }, context).refusal?.reason).toMatch(/^alerts: /);
    const many = Array.from({ length: 10_001 }, () => alert);
    expect(alertmanagerWebhook.translate({ version: '4', alerts: many }, context).refusal?.kind).toBe('size');
  });
});
