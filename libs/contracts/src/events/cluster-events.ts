import { z } from 'zod';
import { defineEvent } from '../event.js';
import { instant, text } from '../fields.js';
import { clusterSubject, name } from '../samples/sample-fields.js';

const MAX_REASON = 4096;

export const ClusterRegistered = defineEvent({
  name: 'ClusterRegistered',
  schema: z.looseObject({
    clusterId: name,
    name: z.string().max(1024).optional(),
    /** `endpoint` is `host:port` as the members of its gossip say it. */
    nodes: z
      .array(z.looseObject({ nodeId: name, endpoint: text(512) }))
      .max(64)
      .default([]),
  }),
  says: 'A cluster is known, with its nodes; said again, its nodes are others.',
  subjectOf: clusterSubject,
});

export const ClusterRemoved = defineEvent({
  name: 'ClusterRemoved',
  schema: z.looseObject({
    clusterId: name,
    removedAt: instant.optional(),
    reason: z.string().max(MAX_REASON).optional(),
  }),
  says: 'A cluster was deleted or stopped by its owner: its issues close, further samples of it count for nothing.',
  subjectOf: clusterSubject,
});

export const ClusterStateChanged = defineEvent({
  name: 'ClusterStateChanged',
  schema: z.looseObject({
    clusterId: name,
    /** The control plane's word, such as `available` or `defunct`. */
    state: text(128),
    previousState: z.string().max(128).optional(),
    reason: z.string().max(MAX_REASON).optional(),
  }),
  says: 'The control plane says that a cluster is in another state.',
  subjectOf: clusterSubject,
});

const failed = z.looseObject({
  clusterId: name,
  reason: z.string().max(MAX_REASON).optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});

const failureOf = <const Name extends string>(name: Name, says: string) =>
  defineEvent({ name, schema: failed, says, subjectOf: clusterSubject });

export const ClusterProvisioningFailed = failureOf(
  'ClusterProvisioningFailed',
  'The instances of a cluster could not be provisioned.',
);
export const VolumeExpansionFailed = failureOf(
  'VolumeExpansionFailed',
  'The disks of a cluster could not be expanded.',
);
export const ClusterCreationFailed = failureOf('ClusterCreationFailed', 'A cluster could not be created.');
export const ClusterDeletionFailed = failureOf('ClusterDeletionFailed', 'A cluster could not be deleted.');
export const ClusterUpgradeFailed = failureOf('ClusterUpgradeFailed', 'A cluster could not be upgraded.');
export const BackupCreationFailed = failureOf('BackupCreationFailed', 'A backup of a cluster could not be made.');
export const BackupDeletionFailed = failureOf('BackupDeletionFailed', 'A backup of a cluster could not be deleted.');

export const NotificationRaised = defineEvent({
  name: 'NotificationRaised',
  schema: z.looseObject({
    /** Derived from the event that it tells of. */
    notificationId: text(64),
    clusterId: name,
    /** Name of the rule, such as `cluster-provisioning-failed`. */
    kind: text(128),
    severity: text(64),
    message: text(4096),
    occurredAt: instant.optional(),
    details: z.record(z.string(), z.unknown()).default({}),
  }),
  says: 'Something noteworthy happened that has no end.',
  subjectOf: clusterSubject,
});

/** Events of a cluster's life. */
export const clusterEventTypes = [
  ClusterRegistered,
  ClusterRemoved,
  ClusterStateChanged,
  ClusterProvisioningFailed,
  VolumeExpansionFailed,
  ClusterCreationFailed,
  ClusterDeletionFailed,
  ClusterUpgradeFailed,
  BackupCreationFailed,
  BackupDeletionFailed,
  NotificationRaised,
] as const;
