import { describe, expect, it } from '@jest/globals';
import { clusterEventTypes, makeEvent, NotificationRaised, VolumeExpansionFailed } from '#libs/contracts';
import { notificationOf } from './notification.js';
import { concernsNotifications, type NotificationRule, notificationRules, ruleFor } from './notification-rules.js';

const INSTANCES = 'Cluster instances failed to provision';
const VOLUMES = 'Cluster volumes failed to provision';
const clusterId = 'c1';

const messageOf = (name: string, payload: object): string | undefined => {
  const rule = ruleFor(name, payload);
  return typeof rule === 'object' ? rule.message : rule;
};

describe('the table of notifications', () => {
  it('is of events that there are', () => {
    const names = clusterEventTypes.map(({ name }): string => name);
    expect(notificationRules.filter(({ event }) => !names.includes(event))).toEqual([]);
  });

  it.each([
    ['ClusterProvisioningFailed', { clusterId }, INSTANCES],
    ['VolumeExpansionFailed', { clusterId }, VOLUMES],
    ['ClusterStateChanged', { clusterId, state: 'defunct' }, INSTANCES],
    ['ClusterStateChanged', { clusterId, state: 'defunct', reason: 'ClusterProvisioningFailed' }, INSTANCES],
    ['ClusterStateChanged', { clusterId, state: 'defunct', reason: 'VolumeExpansionFailed' }, VOLUMES],
    ['ClusterStateChanged', { clusterId, state: 'defunct', reason: 'the disks could not be expanded' }, VOLUMES],
    ['ClusterStateChanged', { clusterId, state: 'defunct', previousState: 'defunct' }, undefined],
    ['ClusterStateChanged', { clusterId, state: 'available', previousState: 'defunct' }, undefined],
    ['ClusterCreationFailed', { clusterId }, 'Cluster creation failed'],
    ['ClusterDeletionFailed', { clusterId }, 'Cluster deletion failed'],
    ['ClusterUpgradeFailed', { clusterId }, 'Cluster upgrade failed'],
    ['BackupCreationFailed', { clusterId }, 'Backup creation failed'],
    ['BackupDeletionFailed', { clusterId }, 'Backup deletion failed'],
    ['ClusterMigrationFailed', { clusterId }, 'none'],
    ['PaymentFailed', { order: 1 }, undefined],
    ['ClusterRegistered', { clusterId }, undefined],
  ])('%s %j: %s', (name, payload, message) => {
    expect(messageOf(name, payload)).toBe(message);
  });

  it('looks at its own events and at failures alone', () => {
    expect(['ClusterStateChanged', 'AnythingFailed', 'AlertFired'].map(concernsNotifications)).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('a notification', () => {
  const time = '2026-11-20T09:00:00.000Z';
  const origin = { id: 'e1', time, recordedAt: time, source: 'plane', organizationId: 'o1', projectId: 'p1' };
  const cause = makeEvent(VolumeExpansionFailed, { clusterId, reason: 'quota', details: { region: 'eu' } }, origin);
  const rule = ruleFor(cause.name, cause.payload) as NotificationRule;

  it('tells of its event, and is the same whenever that is read', () => {
    const first = notificationOf(cause, rule, time);
    expect(first).toMatchObject({
      payload: {
        kind: 'volume-expansion-failed',
        severity: 'failure',
        occurredAt: time,
        details: { reason: 'quota', region: 'eu' },
      },
      metadata: { causationId: 'e1', correlationId: 'e1', subject: 'cluster/c1', organizationId: 'o1' },
    });
    expect(NotificationRaised.schema.safeParse(first.payload).success).toBe(true);
    expect(notificationOf(cause, rule, time)).toEqual(first);
  });
});
