import { type Clock } from '#libs/core';
import { defaultTopics, type TopicNames } from '#libs/contracts';
import { type EventLog } from '#libs/event-stream';
import { type Store } from '#libs/store';
import { type Log } from '../logging/log.js';
import { lagMetrics, type MetricsPort, type ProcessorMetrics, processorMetrics } from './metrics.js';
import { type OutboxRelay } from './outbox-relay.js';
import { PACED_BATCH, paced } from './paced.js';
import { ProcessorLoop } from './processor-loop.js';
import { type ProcessorStatus } from './processor-status.js';
import { type AnyLoop, type AnyProcessor, RunningProcessor } from './running-processor.js';
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

const TICK = 1_000;

/**
 * The consumer group of a processor is its name; on a topic that an installation calls otherwise, with that. kafkajs
 * divides the partitions of all topics among all members of a group, so two installations of one broker must not meet.
 */
export function groupOf(processor: string, topic: string): string {
  return Object.values(defaultTopics).includes(topic) ? processor : `${processor}.${topic}`;
}

/** Runs the processors of a service; they may be started and stopped while it runs. */
export class ProcessorHost {
  /** In the order of their start; a name is taken from the call of `start` to the end of `stop`. */
  private readonly running = new Map<string, Promise<RunningProcessor>>();
  private readonly started = new Map<string, RunningProcessor>();
  private readonly metrics: ProcessorMetrics;
  private ticker: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: HostOptions) {
    this.metrics = processorMetrics(options.metrics);
    lagMetrics(options.metrics, () => this.status());
  }

  /**
   * Begins to consume. Returns when the consumer is made; `whenCaughtUp` tells when it has read.
   * @throws when one of that name runs already, or the host was stopped
   */
  async start(definition: AnyProcessor): Promise<void> {
    const { name } = definition;
    if (this.closed) throw new Error(`processor ${name} cannot start: the host was stopped`);
    if (this.running.has(name)) throw new Error(`processor ${name} runs already`);
    const starting = this.run(definition);
    this.running.set(name, starting);
    try {
      this.started.set(name, await starting);
    } catch (error) {
      this.running.delete(name);
      throw error;
    }
    this.ticker ??= setInterval(() => this.tick(), TICK);
  }

  /** Lets the running batch finish and leaves the group. Does nothing where no such processor runs. */
  async stop(name: string): Promise<void> {
    const processor = await this.running.get(name)?.catch(() => undefined);
    if (!processor) return;
    await processor.stop();
    this.running.delete(name);
    this.started.delete(name);
  }

  /** Stops all, for good. */
  async stopAll(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.running.keys()].map((name) => this.stop(name)));
    clearInterval(this.ticker);
  }

  /** Resolves when the processor (absent: each) has handled all that lay on its topic at the call. @throws when unknown */
  async whenCaughtUp(name?: string): Promise<void> {
    if (name !== undefined && !this.started.has(name)) throw new Error(`no processor ${name} runs`);
    const wanted = [...this.started].filter(([each]) => name === undefined || each === name);
    await Promise.all(wanted.map(([, processor]) => processor.whenCaughtUp()));
  }

  status(): readonly ProcessorStatus[] {
    return [...this.started.values()].map((processor) => processor.status());
  }

  /** Whether every processor makes progress and none has a stopped partition. */
  healthy(): boolean {
    return this.status().every((each) => each.alive && each.partitions.every(({ stopped }) => stopped === undefined));
  }

  private async run(definition: AnyProcessor): Promise<RunningProcessor> {
    const { name, topic, restMs = 0, mostPerSecond } = definition;
    const { eventLog } = this.options;
    const loop = this.loopOf(definition);
    const handler = mostPerSecond === undefined ? loop : paced(loop, mostPerSecond);
    const bounds = mostPerSecond === undefined ? {} : { maxRecords: PACED_BATCH };
    const options = { group: groupOf(name, topic), topic, restMs, ...bounds };
    const subscription = await eventLog.consume(options, handler);
    const processor = new RunningProcessor(definition, loop, subscription, this.options);
    void subscription.ended.then((error) => {
      if (error && !processor.stopping) this.options.onFatal(error, name);
    });
    return processor;
  }

  private loopOf(definition: AnyProcessor): AnyLoop {
    const { topics, version, store, relay, log, tenants } = this.options;
    const { name: processor, topic } = definition;
    const scope = { processor, topic, topics, version, store, relay, log, metrics: this.metrics };
    return 'applyRecords' in definition
      ? new ProcessorLoop(scope, new RecordWorkload(definition))
      : new ProcessorLoop(scope, new EventWorkload(definition, tenants));
  }

  private tick(): void {
    for (const processor of this.started.values()) void processor.turn();
  }
}
