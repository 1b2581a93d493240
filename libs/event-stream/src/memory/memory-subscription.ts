import { setTimeout as pause } from 'node:timers/promises';
import { Assignment, type Progress } from '../assignment.js';
import { Changes } from '../changes.js';
import { CheckpointOutsideLog, type FatalStreamError, TopicRecreated } from '../errors.js';
import { type BatchHandler, type ConsumerOptions, type PartitionLag, type Subscription } from '../event-log.js';
import { handOver, type HandOver, persist } from '../hand-over.js';
import { type BatchBounds, DEFAULT_BOUNDS, parts } from '../parts.js';
import { type MemoryLog } from './memory-log.js';

const GRACE_MS = 4_000;

/** A member of a group on a log in memory: a loop for each partition that it was given. */
export class MemorySubscription implements Subscription, HandOver {
  readonly ended: Promise<Error | undefined>;
  private settle!: (error: Error | undefined) => void;
  private readonly bounds: BatchBounds;
  private readonly topic: string;
  private readonly moves = new Changes();
  private topicId: string | undefined;
  private assignment: Assignment | undefined;
  private loops: Promise<unknown> = Promise.resolve();
  private failure: Error | undefined;
  private over = false;

  constructor(
    private readonly log: MemoryLog,
    options: ConsumerOptions,
    readonly handler: BatchHandler,
    private readonly leave: (member: MemorySubscription) => Promise<void>,
  ) {
    this.topic = options.topic;
    this.bounds = { ...DEFAULT_BOUNDS, ...options };
    this.ended = new Promise((resolve) => (this.settle = resolve));
  }

  assigned(): readonly number[] {
    return this.progress().map(({ partition }) => partition);
  }

  lag(): readonly PartitionLag[] {
    const highs = this.highs();
    return this.progress().map(({ partition, position }) => {
      return { partition, nextOffset: position, highWatermark: highs.get(partition) ?? position };
    });
  }

  alive(): boolean {
    return !this.over && this.assignment?.located === true;
  }

  stuck(): boolean {
    return this.failure !== undefined;
  }

  whenCaughtUp(): Promise<void> {
    const highs = this.highs();
    return this.moves.until(() => {
      if (this.over) throw this.failure ?? new Error('the subscription was stopped');
      const behind = this.progress().some(({ partition, position }) => position < (highs.get(partition) ?? 0));
      return this.assignment?.located === true && !behind;
    });
  }

  async stop(): Promise<void> {
    if (!this.over) {
      this.over = true;
      await this.release();
      await this.leave(this);
      this.settle(this.failure);
      this.moved();
    }
    await this.ended;
  }

  moved(): void {
    this.moves.notify();
  }

  fail(error: FatalStreamError): void {
    this.failure ??= error;
    void this.stop();
  }

  troubled(): void {
    this.moved();
  }

  /** Gives up its partitions: running batches finish, or are abandoned after 4 s. */
  async release(): Promise<void> {
    const { assignment } = this;
    if (!assignment) return;
    this.assignment = undefined;
    assignment.retire();
    this.log.changes.notify();
    await Promise.race([this.loops, pause(GRACE_MS, undefined, { ref: false })]);
    assignment.end();
  }

  /** Takes partitions and reads them from the checkpoints on. */
  assign(partitions: readonly number[]): void {
    if (this.over) return;
    const assignment = new Assignment(partitions);
    this.assignment = assignment;
    this.loops = this.consume(assignment);
  }

  private async consume(assignment: Assignment): Promise<void> {
    const located = await persist(this, assignment.retired, 'positions are not known', async () => {
      const state = this.log.state(this.topic);
      if (!state) throw new Error(`there is no topic ${this.topic}`);
      this.topicId ??= state.topicId;
      assignment.locate(state, await this.handler.resumeFrom(this.topic, state.topicId, assignment.partitions));
      return true;
    });
    if (!located) return;
    this.moved();
    await Promise.all(assignment.all().map((progress) => this.follow(assignment, progress)));
  }

  private async follow(assignment: Assignment, progress: Progress): Promise<void> {
    while (await this.more(assignment, progress)) {
      const records = this.log.fetch(this.topic, progress.partition, progress.position, this.bounds.maxRecords);
      const end = (records.at(-1)?.offset ?? progress.position) + 1;
      for (const [part, nextOffset] of parts(records, end, this.bounds)) {
        const { partition, position } = progress;
        const highWatermark = this.highs().get(partition) ?? nextOffset;
        const batch = {
          topic: this.topic,
          topicId: assignment.topicId,
          partition,
          records: part,
          nextOffset,
          highWatermark,
        };
        const next = await handOver(this, assignment, progress, batch, () => Promise.resolve());
        if (next !== nextOffset || this.assignment !== assignment || position === next) break;
      }
    }
  }

  /** Waits for records. Answers false when the partition is not ours any more. */
  private async more(assignment: Assignment, progress: Progress): Promise<boolean> {
    await this.log.changes.until(
      () => this.assignment !== assignment || this.trouble(progress) !== undefined || this.waiting(progress),
    );
    if (this.assignment !== assignment || this.over) return false;
    const trouble = this.trouble(progress);
    if (trouble) this.fail(trouble);
    return trouble === undefined;
  }

  private waiting({ partition, position }: Progress): boolean {
    return (this.highs().get(partition) ?? 0) > position;
  }

  private trouble({ partition, position }: Progress): FatalStreamError | undefined {
    const state = this.log.state(this.topic);
    if (!state || this.topicId === undefined) return undefined;
    if (state.topicId !== this.topicId) return new TopicRecreated(this.topic, this.topicId, state.topicId);
    const { low, high } = state.partitions[partition] ?? { low: 0, high: position };
    return position < low || position > high
      ? new CheckpointOutsideLog(this.topic, partition, position, low, high)
      : undefined;
  }

  private progress(): readonly Progress[] {
    return this.assignment?.all() ?? [];
  }

  private highs(): Map<number, number> {
    return new Map(this.log.state(this.topic)?.partitions.map(({ partition, high }) => [partition, high]));
  }
}
