import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DetectorConfigured, makeEvent } from '#libs/contracts';
import { Clock, Ids } from '#libs/core';
import { EventLog } from '#libs/event-stream';
import { type Principal, RuntimeConfig, ServiceUnavailable, Transactor } from '#libs/runtime';
import { Store, type Tx } from '#libs/store';
import { type Settings } from '../detector.js';
import { SOURCE } from '../issues/issue.js';
import { type RuleInfo } from '../rules.js';
import { changeControl, loadSettings, saveSettings } from '../sql/control.js';
import { SettingsBook, type SettingsRevision } from './settings-book.js';

/** Batches wait meanwhile. */
const BROKER_MS = 2_000;

/** Changes settings of rules, each from one place of the telemetry on. */
@Injectable()
export class SettingsCommands {
  constructor(
    private readonly transactor: Transactor,
    private readonly store: Store,
    private readonly eventLog: EventLog,
    private readonly config: RuntimeConfig,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** The settings of every rule as they are for the next sample. */
  async current(): Promise<SettingsBook> {
    return new SettingsBook(await loadSettings(this.store));
  }

  /**
   * No batch runs while the change is made, and it counts from the end of the telemetry as it is then: no sample was
   * decided without it that a replay would decide with it.
   * @throws ServiceUnavailable when the broker does not answer
   */
  async configure(caller: Principal, rule: RuleInfo, clusterId: string, settings: Settings): Promise<SettingsRevision> {
    const { organizationId, projectId } = caller;
    // Asked first without holding anybody up.
    await this.endOfTelemetry();
    return this.transactor.transact(async (unit) => {
      await changeControl(unit.tx);
      const effectiveFrom = await this.endOfTelemetry();
      const revision = await nextRevision(unit.tx, organizationId, rule.name, clusterId);
      const change = { organizationId, detector: rule.name, clusterId, revision, settings, effectiveFrom };
      await saveSettings(unit.tx, change);
      const now = this.clock.now();
      const origin = { id: this.ids.next(), time: now, recordedAt: now, source: SOURCE, organizationId, projectId };
      const of = clusterId === '' ? {} : { clusterId };
      const payload = { ...of, detector: rule.name, settings, revision, effectiveFrom: [...effectiveFrom] };
      unit.emit(makeEvent(DetectorConfigured, payload, origin));
      return change;
    });
  }

  private async endOfTelemetry(): Promise<SettingsRevision['effectiveFrom']> {
    const answered = new AbortController();
    const late = pause(BROKER_MS, undefined, { signal: answered.signal }).catch(() => undefined);
    const asked = this.eventLog.topic(this.config.topics.telemetry).catch(() => undefined);
    const topic = await Promise.race([asked, late]);
    answered.abort();
    if (!topic) throw new ServiceUnavailable('the log does not answer', 2);
    return topic.partitions.map(({ partition, high }) => ({ partition, offset: high }));
  }
}

async function nextRevision(tx: Tx, organizationId: string, detector: string, clusterId: string): Promise<number> {
  const { rows } = await tx.query<{ next: number }>(
    `select coalesce(max(revision), 0) + 1 as next from detector_settings
     where organization_id = $1 and detector = $2 and cluster_id = $3`,
    [organizationId, detector, clusterId],
  );
  return rows[0]!.next;
}
