import { Injectable, Optional } from '@nestjs/common';
import { ClusterRegistered, ClusterRemoved, makeEvent, type Origin } from '#libs/contracts';
import { Clock, Ids, type Instant } from '#libs/core';
import { type Principal, problem, Sealer, Transactor } from '#libs/runtime';
import { type Polling } from './cluster.js';
import { type ClusterBody, type PollingBody } from './clusters.dto.js';
import { removeCluster, readCluster, type StoredCluster, upsertCluster } from './sql/clusters.js';

/** The field of a sealed secret. */
export const CREDENTIALS = 'credentials';

/** Registers and removes clusters: the row, and the event in the outbox, in one transaction. */
@Injectable()
export class ClusterCommands {
  constructor(
    private readonly transactor: Transactor,
    private readonly clock: Clock,
    private readonly ids: Ids,
    @Optional() private readonly sealer?: Sealer,
  ) {}

  /** Registers, or says anew what the cluster is; without `polling` that stays as it was. */
  async register(
    caller: Principal,
    body: ClusterBody,
  ): Promise<{ readonly cluster: StoredCluster; readonly isNew: boolean }> {
    const at = this.clock.now();
    const { organizationId, projectId } = caller;
    const { clusterId, name } = body;
    return this.transactor.transact(async (unit) => {
      const before = await readCluster(unit.tx, organizationId, clusterId);
      const polling = body.polling ? this.pollingOf(caller, clusterId, body.polling) : (before?.polling ?? DEFAULTS);
      const nodes = body.nodes.map(({ nodeId, endpoint, physicalCores }) => ({
        nodeId,
        endpoint,
        ...(physicalCores === undefined ? {} : { physicalCores }),
      }));
      const registration = { clusterId, ...(name === undefined ? {} : { name }), nodes, polling };
      await upsertCluster(unit.tx, { ...registration, organizationId, projectId }, at);
      unit.emit(makeEvent(ClusterRegistered, registration, this.originOf(caller, at)));
      return { cluster: { ...registration, organizationId, projectId, registeredAt: at }, isNew: before === undefined };
    });
  }

  /** Answers whether there was one. */
  async remove(caller: Principal, clusterId: string): Promise<boolean> {
    const at = this.clock.now();
    return this.transactor.transact(async (unit) => {
      const removed = await removeCluster(unit.tx, caller.organizationId, clusterId, at);
      if (removed) unit.emit(makeEvent(ClusterRemoved, { clusterId, removedAt: at }, this.originOf(caller, at)));
      return removed;
    });
  }

  private pollingOf(caller: Principal, clusterId: string, body: PollingBody): Polling {
    const { enabled = true, tls, scrape = 'metrics', hostSamples = true, credentials } = body;
    const common = { enabled, scrape, hostSamples, ...(tls ? { tls: { ...tls } } : {}) };
    if (!credentials) return common;
    if (!this.sealer) {
      throw problem(400, 'Invalid request', { fields: { 'polling.credentials': 'TOCSIN_MASTER_KEYS is not set' } });
    }
    const place = { organizationId: caller.organizationId, integrationId: clusterId, field: CREDENTIALS };
    return { ...common, credentials: this.sealer.seal(JSON.stringify(credentials), place) };
  }

  private originOf({ organizationId, projectId, name, tokenId }: Principal, at: Instant): Origin {
    return {
      id: this.ids.next(),
      time: at,
      recordedAt: at,
      source: name,
      organizationId,
      projectId,
      sourceId: tokenId,
    };
  }
}

const DEFAULTS: Polling = { enabled: true, scrape: 'metrics', hostSamples: true };
