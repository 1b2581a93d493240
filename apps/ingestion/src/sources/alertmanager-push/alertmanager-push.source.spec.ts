import { describe, expect, it } from '@jest/globals';
import { type SourceContext } from '../../source.js';
import { alertmanagerPush } from './alertmanager-push.source.js';

const context: SourceContext = {
  partition: 'INS',
  now: '2026-11-20T10:00:00.000Z',
  organizationId: 'o',
  projectId: 'p',
  partitions: null,
};

function pushed(...alerts: object[]) {
  return alertmanagerPush.translate(alerts, context);
}

describe('alertmanager-push', () => {
  const labels = { alertname: 'A' };

  it('tells firing from resolved by the end: ahead, or come', () => {
    const ends = ['2026-11-20T10:00:00.000001Z', '2026-11-20T10:00:00Z', '2026-11-20T09:59:59Z'];
    const names = ends.map((endsAt) => pushed({ labels, startsAt: '2026-11-20T09:00:00Z', endsAt }).accepted[0]!.name);
    expect(names).toEqual(['AlertFired', 'AlertResolved', 'AlertResolved']);
  });

  it('lets a firing alert expire at its end, five minutes from now where it names none', () => {
    expect(pushed({ labels, endsAt: '2026-11-20T12:00:00Z' }).accepted[0]!.payload).toMatchObject({
      startsAt: context.now,
      expiresAt: '2026-11-20T12:00:00.000Z',
    });
    expect(pushed({ labels }).accepted[0]!.payload).toMatchObject({
      startsAt: context.now,
      expiresAt: '2026-11-20T10:05:00.000Z',
    });
  });

  it('begins an alert at its end where that has come and no start is named', () => {
    expect(pushed({ labels, endsAt: '2026-11-20T09:00:00Z' }).accepted[0]!.payload).toMatchObject({
      startsAt: '2026-11-20T09:00:00.000Z',
    });
  });

  it('reads null and an empty list as nothing', () => {
    expect(alertmanagerPush.translate(null, context)).toEqual({ accepted: [], rejected: [] });
    expect(pushed()).toEqual({ accepted: [], rejected: [] });
  });

  it('gives a pushed alert the fingerprint and the stream that the webhook gives it', () => {
    const service = { platform: 'p', service: 's', facet: 'f', alertname: 'A', gone: '' };
    expect(pushed({ labels: service }).accepted[0]).toMatchObject({
      subject: 'service/INS/p/s/f',
      payload: { labels: { alertname: 'A' } },
    });
  });
});
