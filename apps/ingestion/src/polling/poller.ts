import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { Clock, derivedId } from '#libs/core';
import { Log, Metrics, Sealer } from '#libs/runtime';
import { Store } from '#libs/store';
import { type Cluster } from '../clusters/cluster.js';
import { CREDENTIALS } from '../clusters/cluster-commands.js';
import { type Due, takeDue } from '../clusters/sql/clusters.js';
import { IngestionConfig } from '../config.js';
import { Publishing } from '../publishing.js';
import { type Sender } from '../record.js';
import { type Draft } from '../source.js';
import { pollFigures, pollGossip, type PollGround } from './cluster-poll.js';
import { NodeClient } from './node-client.js';

/** Milliseconds between two looks at whose turn it is. */
const LOOK = 1_000;
/** Clusters that are asked at one time. */
const MOST = 256;
/** Gossip is asked for at every second turn, which is twice a minute. */
const GOSSIP_EVERY = 2;

/**
 * Asks the nodes of registered clusters: figures at every turn, gossip at every second. The table says whose turn it is,
 * so that of several processes one asks; while the database is away nobody does.
 */
@Injectable()
export class Poller implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly client = new NodeClient();
  private readonly stop = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  private readonly counts = { polled: 0, failed: 0 };
  private looking: Promise<void> | undefined;

  constructor(
    private readonly store: Store,
    private readonly publishing: Publishing,
    private readonly clock: Clock,
    private readonly config: IngestionConfig,
    private readonly log: Log,
    metrics: Metrics,
    @Optional() private readonly sealer?: Sealer,
  ) {
    metrics.collected(
      'counter',
      'tocsin_cluster_polls_total',
      'Turns of clusters, by whether they could be written',
      () => [
        { labels: { outcome: 'written' }, value: this.counts.polled },
        { labels: { outcome: 'failed' }, value: this.counts.failed },
      ],
    );
  }

  onApplicationBootstrap(): void {
    if (this.config.clusterPollInterval > 0) this.looking = this.look();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.looking;
    await Promise.all(this.underWay);
    await this.client.close();
  }

  private async look(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      await this.begin().catch((error: unknown) => this.log.debug({ err: error }, 'clusters could not be read'));
      await pause(LOOK, undefined, { signal }).catch(() => undefined);
    }
  }

  private async begin(): Promise<void> {
    const room = MOST - this.underWay.size;
    if (room <= 0) return;
    for (const due of await takeDue(this.store, this.config.clusterPollInterval, room)) {
      const poll: Promise<void> = this.poll(due).finally(() => this.underWay.delete(poll));
      this.underWay.add(poll);
    }
  }

  private async poll({ cluster, turn, at }: Due): Promise<void> {
    const isRound = turn % GOSSIP_EVERY === 0;
    const ground = this.groundOf();
    const roundId = derivedId('turn', cluster.organizationId, cluster.clusterId, at);
    try {
      await Promise.all([
        isRound ? pollGossip(cluster, roundId, ground) : undefined,
        cluster.polling.scrape === 'none' ? undefined : pollFigures(cluster, isRound, ground),
      ]);
      this.counts.polled++;
    } catch (error) {
      this.counts.failed++;
      this.log.debug({ err: error, clusterId: cluster.clusterId }, 'a turn of a cluster could not be written');
    }
  }

  private groundOf(): PollGround {
    return {
      ask: (asked, stop) => this.client.ask(asked, stop),
      write: (drafts, cluster) => this.write(drafts, cluster),
      authorizationOf: (cluster) => this.authorizationOf(cluster),
      clock: this.clock,
      stop: this.stop.signal,
      followUpAfter: 2_000,
      againAfter: 5_000,
    };
  }

  private async write(drafts: readonly Draft[], cluster: Cluster): Promise<void> {
    const { addressed } = this.publishing.address(drafts, senderOf(cluster), undefined, 'telemetry');
    await this.publishing.write(addressed);
  }

  private authorizationOf({ organizationId, clusterId, polling: { credentials } }: Cluster): string | undefined {
    if (credentials === undefined || !this.sealer) return undefined;
    const place = { organizationId, integrationId: clusterId, field: CREDENTIALS };
    const { username, password } = JSON.parse(this.sealer.open(credentials, place)) as Record<string, string>;
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }
}

/** The poller speaks for the organisation that registered the cluster. */
function senderOf({ organizationId, projectId }: Cluster): Sender {
  return { organizationId, projectId, tokenId: 'poller', name: 'cluster poller', sourceType: 'cluster-poller' };
}
