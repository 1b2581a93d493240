import { describe, expect, it } from '@jest/globals';
import { type SourceContext } from '../../source.js';
import { grafanaWebhook } from './grafana-webhook.source.js';

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
  startsAt: '2026-11-20T11:00:00+02:00',
  endsAt: '0001-01-01T00:00:00Z',
};

function payloadOf(more: object): unknown {
  return grafanaWebhook.translate({ version: '1', alerts: [{ ...alert, ...more }] }, context).accepted[0]?.payload;
}

describe('grafana-webhook', () => {
  it('recognises version 1 and leaves the others', () => {
    expect(grafanaWebhook.recognises({ version: '1' })).toBe(true);
    expect(grafanaWebhook.recognises({ version: '4' })).toBe(false);
    expect(grafanaWebhook.recognises([])).toBe(false);
  });

  it('brings times with an offset to UTC', () => {
    expect(payloadOf({})).toHaveProperty('startsAt', '2026-11-20T09:00:00.000Z');
  });

  it('ends an alert whose start is its end', () => {
    const resolved = { status: 'resolved', endsAt: '2026-11-20T11:00:00+02:00' };
    expect(payloadOf(resolved)).toMatchObject({
      startsAt: '2026-11-20T09:00:00.000Z',
      endsAt: '2026-11-20T09:00:00.000Z',
    });
  });

  it('keeps links and numbers, and leaves out what is neither', () => {
    const payload = payloadOf({ panelURL: 'http://g/d/1', imageURL: 7, values: { B: 1.5, C: 'x', 'bad name': 2 } });
    expect(payload).toMatchObject({ panelURL: 'http://g/d/1', values: { B: 1.5 } });
    expect(payload).not.toHaveProperty('imageURL');
    expect(payloadOf({ values: { B: null } })).not.toHaveProperty('values');
  });
});
