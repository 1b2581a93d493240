import { describe, expect, it } from '@jest/globals';
import { type EventEnvelope } from '#libs/contracts';
import { IncidentBatch } from './incident-batch.js';
import { evolve, laneView, reachOf } from './incident.js';
import { signalOf } from './notification.js';

const NOW = Date.parse('2026-11-20T11:00:00Z');
const at = '2026-11-20T09:38:13.321Z';
const raised = (own: object = {}, id = 'e1'): EventEnvelope => ({
  name: 'NotificationRaised',
  payload: {
    notificationId: 'n1',
    clusterId: 'c1',
    kind: 'cluster-provisioning-failed',
    severity: 'failure',
    message: 'Cluster instances failed to provision',
    details: { event: 'ClusterProvisioningFailed', reason: 'quota', more: { a: 1 } },
    ...own,
  },
  metadata: {
    id,
    time: at,
    recordedAt: at,
    source: 'detection',
    subject: 'cluster/c1',
    organizationId: 'o1',
    projectId: 'p1',
    correlationId: 'root',
    causationId: 'cause',
    schemaVersion: 1,
    versions: {},
  },
});

describe('a notification', () => {
  it('is one message that nothing follows', () => {
    const document = evolve(undefined, signalOf(raised())!)!;
    expect(document).toMatchObject({
      status: 'stateless',
      description: 'Cluster instances failed to provision',
      source: 'detection',
      startTime: at,
      notification: { severity: 'failure', clusterId: 'c1', details: { reason: 'quota' } },
      last: { eventId: 'e1', rootEventId: 'root' },
    });
    expect(document.notification?.details).not.toHaveProperty('more');
    expect(laneView(document, NOW)).toEqual({ sequence: 1, open: true });
  });

  it('is filtered by its cluster and how bad it is', () => {
    const document = evolve(undefined, signalOf(raised())!)!;
    const tags = ['cluster=c1', 'kind=cluster-provisioning-failed'];
    expect(reachOf(document)).toEqual({ origin: 'notification', level: 2, tags });
    expect(evolve(undefined, signalOf(raised({ severity: 'critical' }))!)?.level).toBe(1);
    expect(evolve(undefined, signalOf(raised({ severity: 'constructor' }))!)?.level).toBe(3);
  });

  it('said twice, by whatever event, is one', () => {
    const batch = new IncidentBatch(new Map());
    for (const event of [raised(), raised(), raised({}, 'e2'), raised({ notificationId: 'n2' }, 'e3')])
      batch.take(signalOf(event)!);
    expect(batch.news.map(({ reference }) => reference.eventId)).toEqual(['e1', 'e3']);
  });

  it('is what other events are not', () => {
    expect(signalOf({ ...raised(), name: 'ClusterProvisioningFailed' })).toBeUndefined();
  });
});
