import { type Clock } from '#libs/core';
import { type EventLog, type StreamRecord, type Subscription } from '#libs/event-stream';
import { isTransient } from '#libs/store';
import { type Log } from '../logging/log.js';
import { type ProcessorDefinition, type Received, type RecordProcessorDefinition } from '../processor.js';
import { type ProcessorLoop } from './processor-loop.js';
import { partitionStatuses, type ProcessorStatus } from './processor-status.js';
import { publicMessage } from './redact.js';
import { watermarks } from './watermarks.js';

export type AnyProcessor = ProcessorDefinition | RecordProcessorDefinition;
export type AnyLoop = ProcessorLoop<Received> | ProcessorLoop<StreamRecord>;

interface Surroundings {
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly log: Log;
}

/** A processor with its consumer: what happens between its batches, and how far it is. */
export class RunningProcessor {
  private turning: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;
  private complaint: string | undefined;

  constructor(
    private readonly definition: AnyProcessor,
    private readonly loop: AnyLoop,
    private readonly subscription: Subscription,
    private readonly around: Surroundings,
  ) {}

  get stopping(): boolean {
    return this.stopped !== undefined;
  }

  /** Brings checkpoints up to date that lag, and sweeps; when the last turn is not over, it is the turn. */
  turn(): Promise<void> {
    if (this.stopping) return Promise.resolve();
    this.turning ??= this.onTurn().finally(() => (this.turning = undefined));
    return this.turning;
  }

  /** Lets the running batch finish and leaves the group. The second call is the first. */
  stop(): Promise<void> {
    this.stopped ??= this.onStop();
    return this.stopped;
  }

  whenCaughtUp(): Promise<void> {
    return this.subscription.whenCaughtUp();
  }

  status(): ProcessorStatus {
    const { name, topic } = this.definition;
    const partitions = partitionStatuses(this.subscription, this.loop.progress(), this.around.clock.millis());
    return { name, topic, alive: this.subscription.alive(), stuck: this.subscription.stuck(), partitions };
  }

  private async onTurn(): Promise<void> {
    try {
      await this.loop.flush();
      await this.sweep();
      this.complaint = undefined;
    } catch (error) {
      this.complain(error, 'sweep failed, trying again');
    }
  }

  private async sweep(): Promise<void> {
    const { definition, loop, subscription } = this;
    if (!('sweep' in definition) || !definition.sweep) return;
    const { eventLog, clock } = this.around;
    const due = await watermarks(eventLog, definition.topic, subscription, loop.progress(), clock);
    for (const [partition, watermark] of due) {
      // A busy partition has newer records than the watermark knows of; its turn comes.
      if (this.stopping || loop.busy(partition)) continue;
      await loop.sweep(partition, (unit) => definition.sweep!(partition, watermark, unit));
    }
  }

  private async onStop(): Promise<void> {
    await this.subscription.stop();
    await this.turning;
    await this.loop.flush(true).catch((error: unknown) => this.complain(error, 'checkpoints not brought up to date'));
  }

  /** Says a complaint once, not every second. */
  private complain(error: unknown, what: string): void {
    const reason = publicMessage(error);
    if (this.complaint === reason) return;
    this.complaint = reason;
    this.around.log[isTransient(error) ? 'warn' : 'error']({ processor: this.definition.name, reason }, what);
  }
}
