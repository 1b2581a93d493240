/** What an event of a cluster says, as far as rules look. */
export interface ClusterSays {
  readonly clusterId: string;
  readonly state?: string;
  readonly previousState?: string;
  readonly reason?: string;
}

export interface NotificationRule {
  readonly event: string;
  readonly kind: string;
  readonly message: string;
  /** Absent: every such event. */
  readonly when?: (says: ClusterSays) => boolean;
}

const becameDefunct = ({ state, previousState }: ClusterSays): boolean =>
  state === 'defunct' && previousState !== state;
const ofVolumes = ({ reason = '' }: ClusterSays): boolean => /volume|disk/i.test(reason);

const INSTANCES = 'Cluster instances failed to provision';
const VOLUMES = 'Cluster volumes failed to provision';

/** What is noteworthy and has no end: THE table, a line each; the first that fits holds (reference integrations-and-sinks 2.1). */
export const notificationRules: readonly NotificationRule[] = [
  { event: 'ClusterProvisioningFailed', kind: 'cluster-provisioning-failed', message: INSTANCES },
  { event: 'VolumeExpansionFailed', kind: 'volume-expansion-failed', message: VOLUMES },
  {
    event: 'ClusterStateChanged',
    kind: 'volume-expansion-failed',
    message: VOLUMES,
    when: (says) => becameDefunct(says) && ofVolumes(says),
  },
  { event: 'ClusterStateChanged', kind: 'cluster-provisioning-failed', message: INSTANCES, when: becameDefunct },
  { event: 'ClusterCreationFailed', kind: 'cluster-creation-failed', message: 'Cluster creation failed' },
  { event: 'ClusterDeletionFailed', kind: 'cluster-deletion-failed', message: 'Cluster deletion failed' },
  { event: 'ClusterUpgradeFailed', kind: 'cluster-upgrade-failed', message: 'Cluster upgrade failed' },
  { event: 'BackupCreationFailed', kind: 'backup-creation-failed', message: 'Backup creation failed' },
  { event: 'BackupDeletionFailed', kind: 'backup-deletion-failed', message: 'Backup deletion failed' },
];

const ruled: ReadonlySet<string> = new Set(notificationRules.map(({ event }) => event));

/** Whether an event of that name can be a failure of a cluster. */
export function concernsNotifications(name: string): boolean {
  return ruled.has(name) || name.endsWith('Failed');
}

/** The rule for an event; `none` for a failure of a cluster that no rule is for; undefined for all else. */
export function ruleFor(name: string, payload: unknown): NotificationRule | 'none' | undefined {
  const says = clusterSays(payload);
  if (!says) return undefined;
  if (ruled.has(name)) return notificationRules.find(({ event, when }) => event === name && (!when || when(says)));
  return name.endsWith('Failed') ? 'none' : undefined;
}

function clusterSays(payload: unknown): ClusterSays | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const { clusterId } = payload as Partial<ClusterSays>;
  return typeof clusterId === 'string' && clusterId !== '' ? (payload as ClusterSays) : undefined;
}
