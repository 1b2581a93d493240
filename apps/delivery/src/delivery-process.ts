import { type Clock, type Ids } from '#libs/core';
import {
  type Log,
  type Metrics,
  type PartHealth,
  type ProcessorDefinition,
  type RuntimeConfig,
  type Sealer,
  type Transactor,
} from '#libs/runtime';
import { type Store } from '#libs/store';
import { type DeliveryConfig } from './config.js';
import { deliveryProcessor } from './delivery.processor.js';
import { Breaker } from './dispatch/breaker.js';
import { Caller } from './dispatch/caller.js';
import { DeliveryMetrics } from './dispatch/delivery-metrics.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import { Prober } from './dispatch/prober.js';
import { RateLimiter } from './dispatch/rate-limiter.js';
import { Roster } from './dispatch/roster.js';
import { type LaneRule } from './lane/lane.js';
import { type Sink, type Target } from './sink.js';

/** What the runtime and the configuration give to a delivery process. */
export interface DeliveryGround {
  readonly sink: Sink;
  readonly target: Target;
  readonly config: DeliveryConfig;
  readonly runtime: RuntimeConfig;
  readonly store: Store;
  readonly transactor: Transactor;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** How long calls under way may go on after the process was told to stop, milliseconds. */
const LAST_CALLS = 6000;

/** One sink at work: the processor that writes down what is to be sent, and the dispatcher that sends it. */
export class DeliveryProcess {
  readonly processor: ProcessorDefinition;
  private readonly dispatcher: Dispatcher;
  private readonly prober: Prober;

  constructor(private readonly ground: DeliveryGround) {
    const { sink, target, config, store: tx, transactor, sealer, clock, ids, metrics, runtime } = ground;
    const log = ground.log.child({ sink: sink.name });
    const rule = ruleOf(sink, target, config);
    const { callTimeout, probeInterval } = config;
    const caller = new Caller(sink, target, sealer, callTimeout);
    const roster = new Roster(tx, sink.name, target, caller);
    const breaker = new Breaker(probeInterval);
    const parts = { transactor, tx, clock, log, caller, roster, breaker };
    const options = {
      sink: sink.name,
      rule,
      ids,
      lease: callTimeout * 1.5 + 3000,
      probeInterval,
      sharing: (id: string) => roster.sharing(id),
    };
    this.dispatcher = new Dispatcher({
      ...parts,
      limiter: new RateLimiter(),
      metrics: new DeliveryMetrics(metrics),
      options,
    });
    this.prober = new Prober({ ...parts, dispatcher: this.dispatcher, sink: sink.name, probeInterval });
    this.processor = deliveryProcessor({ sink, topics: runtime.topics, clock, rule, wake: this.dispatcher.wake });
  }

  health(): PartHealth {
    return this.dispatcher.health();
  }

  start(): void {
    this.dispatcher.start();
    this.prober.start();
  }

  async stop(): Promise<void> {
    await this.prober.stop();
    await this.dispatcher.stop(LAST_CALLS);
    await this.ground.target.close();
  }
}

function ruleOf(sink: Sink, target: Target, config: DeliveryConfig): LaneRule {
  return {
    coalescing: sink.coalescing,
    repeatable: sink.repeatable,
    updateInterval: target.updateInterval,
    retrySchedule: config.retrySchedule,
    expiresAfter: config.expiresAfter,
    doubtfulPosts: config.doubtfulPosts,
  };
}
