import { type Settings } from '../detector.js';

/** One change of a detector's settings, of an organisation or (`clusterId` not empty) of one cluster of it. */
export interface SettingsRevision {
  readonly organizationId: string;
  readonly detector: string;
  readonly clusterId: string;
  readonly revision: number;
  /** What differs from the rule's defaults, or from those of the organisation. */
  readonly settings: Settings;
  /** First record of each partition that is decided with them; of a partition that is not named, all are. */
  readonly effectiveFrom: readonly { readonly partition: number; readonly offset: number }[];
}

interface Change {
  readonly from: ReadonlyMap<number, number>;
  readonly settings: Settings;
}

/** The settings of every detector at every place of the log. Never changed: a change makes another book. */
export class SettingsBook {
  private readonly changes = new Map<string, Change[]>();

  /** `revisions` in ascending order. */
  constructor(revisions: readonly SettingsRevision[]) {
    for (const { organizationId, detector, clusterId, settings, effectiveFrom } of revisions) {
      const key = keyOf(organizationId, detector, clusterId);
      const from = new Map(effectiveFrom.map(({ partition, offset }) => [partition, offset]));
      this.changes.set(key, [...(this.changes.get(key) ?? []), { from, settings }]);
    }
  }

  /** The rule's defaults, with what the organisation and then the cluster have set by that record. */
  settingsOf(
    rule: { readonly name: string; readonly settings: Settings },
    { organizationId, clusterId }: { organizationId: string; clusterId: string },
    { partition, offset }: { partition: number; offset: number },
  ): Settings {
    if (this.changes.size === 0) return rule.settings;
    const own = this.at(keyOf(organizationId, rule.name, ''), partition, offset);
    const ofCluster = this.at(keyOf(organizationId, rule.name, clusterId), partition, offset);
    return own || ofCluster ? { ...rule.settings, ...own, ...ofCluster } : rule.settings;
  }

  private at(key: string, partition: number, offset: number): Settings | undefined {
    return this.changes.get(key)?.findLast(({ from }) => (from.get(partition) ?? 0) <= offset)?.settings;
  }
}

function keyOf(organizationId: string, detector: string, clusterId: string): string {
  return `${organizationId}\u0000${detector}\u0000${clusterId}`;
}
