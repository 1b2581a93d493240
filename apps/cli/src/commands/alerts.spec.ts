import { describe, expect, it } from '@jest/globals';
import { webhookBody } from './alerts.js';

const NOW = '2026-11-20T09:38:13.321Z';
const options = { partition: 'INS', label: { cluster: 'demo' }, annotation: { summary: 's' }, severity: 'warning' };

describe('alerts send', () => {
  it('fires with the labels given, from now, without an end', () => {
    expect(webhookBody('DiskFull', options, NOW)).toMatchObject({
      version: '4',
      status: 'firing',
      alerts: [
        {
          labels: { alertname: 'DiskFull', severity: 'warning', cluster: 'demo' },
          startsAt: NOW,
          endsAt: '0001-01-01T00:00:00Z',
        },
      ],
    });
  });

  it('resolves at now', () => {
    expect(webhookBody('DiskFull', { ...options, resolve: true }, NOW)).toMatchObject({
      alerts: [{ status: 'resolved', endsAt: NOW }],
    });
  });
});
