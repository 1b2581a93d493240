import { type Clock } from '#libs/core';
import { type TopicNames } from '#libs/contracts';
import { type EventLog, type StreamRecord, type Subscription } from '#libs/event-stream';
import { isTransient, type Store } from '#libs/store';
import { type Log } from '../logging/log.js';
import { type ProcessorDefinition, type Received, type RecordProcessorDefinition } from '../processor.js';
import { type MetricsPort, type ProcessorMetrics, processorMetrics } from './metrics.js';
import { type OutboxRelay } from './outbox-relay.js';
import { ProcessorLoop } from './processor-loop.js';
import { partitionStatuses, type ProcessorStatus } from './processor-status.js';
import { publicMessage } from './redact.js';
import { watermarks } from './watermarks.js';
import { EventWorkload, RecordWorkload, type TenantLookup } from './workload.js';

export interface HostOptions {
  readonly eventLog: EventLog;
  readonly store: Store;
  readonly relay: OutboxRelay;
  readonly tenants: TenantLookup;
  readonly clock: Clock;
  readonly topics: TopicNames;
  /** Version of the service, for its dead letters. */
  readonly version: string;
  readonly metrics: MetricsPort;
  readonly log: Log;
  /** A processor ended with an error that trying again does not mend: the process should end. */
  onFatal(error: Error, processor: string): void;
}

export type AnyProcessor = ProcessorDefinition | RecordProcessorDefinition;
type Loop = ProcessorLoop<Received> | ProcessorLoop<StreamRecord>;

interface Running {
  readonly definition: AnyProcessor;
  readonly loop: Loop;
  readonly subscription: Subscription;
  stopping: boolean;
  ticking: boolean;
}

const TICK = 1_000;

/** Runs the processors of a service; they may be started and stopped while it runs. */
export class ProcessorHost {
  private readonly running = new Map<string, Running>();
  private readonly metrics: ProcessorMetrics;
  private readonly measured = new Map<string, { processor: string; partition: string }>();
  private ticker: NodeJS.Timeout | undefined;

  constructor(private readonly options: HostOptions) {
    this.metrics = processorMetrics(options.metrics);
  }

  /** Begins to consume. Returns when the consumer is made; `whenCaughtUp` tells when it has read. @throws when it runs already */
  async start(definition: AnyProcessor): Promise<void> {
    const { name, topic } = definition;
    if (this.running.has(name)) throw new Error(`processor ${name} runs already`);
    const loop = this.loopOf(definition);
    const subscription = await this.options.eventLog.consume({ group: name, topic }, loop);
    const running: Running = { definition, loop, subscription, stopping: false, ticking: false };
    this.running.set(name, running);
    this.ticker ??= setInterval(() => this.tick(), TICK);
    void subscription.ended.then((error) => {
      if (error && !running.stopping) this.options.onFatal(error, name);
    });
  }

  /** Lets the running batch finish and leaves the group. Does nothing where no such processor runs. */
  async stop(name: string): Promise<void> {
    const running = this.running.get(name);
    if (!running || running.stopping) return;
    running.stopping = true;
    await running.subscription.stop();
    await running.loop
      .flush(true)
      .catch((error: unknown) => this.complain(name, error, 'checkpoints not brought up to date'));
    this.running.delete(name);
  }

  async stopAll(): Promise<void> {
    clearInterval(this.ticker);
    this.ticker = undefined;
    await Promise.all([...this.running.keys()].map((name) => this.stop(name)));
  }

  /** Resolves when the processor (absent: each) has handled all that lay on its topic at the call. @throws when unknown */
  async whenCaughtUp(name?: string): Promise<void> {
    const wanted = name === undefined ? [...this.running.values()] : [this.known(name)];
    await Promise.all(wanted.map(({ subscription }) => subscription.whenCaughtUp()));
  }

  status(): readonly ProcessorStatus[] {
    return [...this.running.values()].map(({ definition, loop, subscription }) => ({
      name: definition.name,
      topic: definition.topic,
      alive: subscription.alive(),
      partitions: partitionStatuses(subscription, loop.progress(), this.options.clock.millis()),
    }));
  }

  /** Whether every processor makes progress and none has a stopped partition. */
  healthy(): boolean {
    return this.status().every((each) => each.alive && each.partitions.every(({ stopped }) => stopped === undefined));
  }

  private known(name: string): Running {
    const running = this.running.get(name);
    if (!running) throw new Error(`no processor ${name} runs`);
    return running;
  }

  private loopOf(definition: AnyProcessor): Loop {
    const { topics, version, store, relay, log, tenants } = this.options;
    const scope = {
      processor: definition.name,
      topic: definition.topic,
      topics,
      version,
      store,
      relay,
      log,
      metrics: this.metrics,
    };
    return 'applyRecords' in definition
      ? new ProcessorLoop(scope, new RecordWorkload(definition))
      : new ProcessorLoop(scope, new EventWorkload(definition, tenants));
  }

  private tick(): void {
    this.measure();
    for (const running of this.running.values()) {
      if (running.ticking || running.stopping) continue;
      running.ticking = true;
      void this.turn(running)
        .catch((error: unknown) => this.complain(running.definition.name, error, 'sweep failed, trying again'))
        .finally(() => (running.ticking = false));
    }
  }

  private async turn({ definition, loop, subscription }: Running): Promise<void> {
    await loop.flush();
    if (!('sweep' in definition) || !definition.sweep) return;
    const at = await watermarks(
      this.options.eventLog,
      definition.topic,
      subscription,
      loop.progress(),
      this.options.clock,
    );
    for (const [partition, watermark] of at) {
      if (loop.busy(partition)) continue;
      await loop.sweep(partition, (unit) => definition.sweep!(partition, watermark, unit));
    }
  }

  private measure(): void {
    const gone = new Map(this.measured);
    this.measured.clear();
    for (const { name, partitions } of this.status()) {
      for (const { partition, lagEvents, lagSeconds, checkpointAge } of partitions) {
        const labels = { processor: name, partition: String(partition) };
        gone.delete(`${name}/${partition}`);
        this.measured.set(`${name}/${partition}`, labels);
        this.metrics.lagEvents.set(labels, lagEvents);
        this.metrics.lagSeconds.set(labels, lagSeconds);
        this.metrics.checkpointAge.set(labels, checkpointAge);
      }
    }
    const { lagEvents, lagSeconds, checkpointAge } = this.metrics;
    for (const labels of gone.values())
      for (const metric of [lagEvents, lagSeconds, checkpointAge]) metric.remove(labels);
  }

  private complain(processor: string, error: unknown, what: string): void {
    const level = isTransient(error) ? 'warn' : 'error';
    this.options.log[level]({ processor, reason: publicMessage(error) }, what);
  }
}
