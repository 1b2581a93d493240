import { type BatchHandler, type RecordBatch, TopicRecreated } from '#libs/event-stream';
import { CommitUnknown, readCheckpoint, readCheckpoints } from '#libs/store';
import { type UnitOfWork } from '../processor.js';
import { BatchSettlement } from './batch-settlement.js';
import { CheckpointLost, CheckpointRemoved } from './errors.js';
import { fenced } from './fenced-transaction.js';
import { type LoopScope } from './loop-scope.js';
import { PartitionProgress } from './partition-progress.js';
import { Serial } from './serial.js';
import { type Workload } from './workload.js';

/**
 * What every processor does with a batch: one transaction that moves the checkpoint, applies, and fills the outbox. The
 * checkpoint moves only from where this member left it, so a member that lost its partition writes nothing. Trouble with
 * the database throws and leaves nothing behind; a record that cannot be decided becomes a dead letter. A batch in which
 * nothing is ours moves the checkpoint later, together with others.
 */
export class ProcessorLoop<Work> implements BatchHandler {
  private readonly partitions = new Map<number, PartitionProgress>();
  private readonly past = new Map<number, PartitionProgress>();
  private readonly serial = new Serial<number>();

  constructor(
    private readonly scope: LoopScope,
    private readonly workload: Workload<Work>,
  ) {}

  async resumeFrom(
    topic: string,
    topicId: string,
    partitions: readonly number[],
  ): Promise<ReadonlyMap<number, number>> {
    const rows = await readCheckpoints(this.scope.store, this.scope.processor, topic);
    const foreign = rows.find((row) => row.topicId !== topicId);
    if (foreign) throw new TopicRecreated(topic, foreign.topicId, topicId);
    const offsets = new Map<number, number>();
    for (const [partition, progress] of this.partitions) this.past.set(partition, progress);
    this.partitions.clear();
    for (const partition of partitions) {
      const row = rows.find((each) => each.partition === partition);
      if (row) offsets.set(partition, row.nextOffset);
      const progress = new PartitionProgress(topicId, partition, row?.nextOffset);
      progress.continueFaults(this.past.get(partition));
      this.partitions.set(partition, progress);
    }
    return offsets;
  }

  handle(batch: RecordBatch, { signal }: { readonly signal: AbortSignal }): Promise<number> {
    return this.serial.run(batch.partition, async () => {
      const progress = this.partitions.get(batch.partition);
      if (!progress) throw new Error(`${this.scope.processor}: partition ${batch.partition} is not assigned`);
      if (progress.stopped) throw progress.stopped;
      const started = performance.now();
      const position = await this.take(progress, batch, signal).catch((error) => this.reread(progress, error));
      this.scope.metrics.batch.observe({ processor: this.scope.processor }, (performance.now() - started) / 1000);
      return position ?? batch.records[0]?.offset ?? batch.nextOffset;
    });
  }

  /** Runs `sweep` fenced and notes when it is due again. Does nothing where nothing was ever read. */
  async sweep(partition: number, sweep: (unit: UnitOfWork) => Promise<void | number>): Promise<void> {
    await this.owning(partition, async (progress) => {
      let due: void | number = 0;
      await fenced(this.scope, progress, progress.position!, async (unit) => {
        due = await sweep(unit);
      });
      progress.sweepDue = due ?? 0;
    });
  }

  /** Brings checkpoints up to the positions where they lag by much, or at all with `everything`. */
  async flush(everything = false): Promise<void> {
    for (const { partition } of this.progress().filter((each) => each.due(everything))) {
      await this.owning(partition, (progress) =>
        fenced(this.scope, progress, progress.position!, () => Promise.resolve()),
      );
    }
  }

  progress(): readonly PartitionProgress[] {
    return [...this.partitions.values()];
  }

  /** Whether a batch or a sweep of the partition runs. */
  busy(partition: number): boolean {
    return this.serial.busy(partition);
  }

  /** Between batches, on a partition of which something was read. */
  private owning(partition: number, work: (progress: PartitionProgress) => Promise<void>): Promise<void> {
    return this.serial.run(partition, async () => {
      const progress = this.partitions.get(partition);
      if (progress?.position === undefined || progress.stopped) return;
      await work(progress).catch(async (error) => {
        await this.reread(progress, error);
        const found = this.partitions.get(partition);
        if (found) found.seek = true;
      });
    });
  }

  private async take(
    progress: PartitionProgress,
    batch: RecordBatch,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const from = progress.position ?? 0;
    if (batch.nextOffset <= from || progress.seek) {
      progress.seek = false;
      return progress.position;
    }
    const fresh = batch.records.filter((record) => record.offset >= from);
    const skipped = (outcome: string, count: number) =>
      this.scope.metrics.records.inc({ processor: this.scope.processor, outcome }, count);
    if (fresh.length < batch.records.length) skipped('repeated', batch.records.length - fresh.length);
    const items = await this.workload.select(fresh, skipped);
    await new BatchSettlement(this.scope, this.workload, progress, signal).run(items, batch.nextOffset);
    const { processor, topic, log } = this.scope;
    log.debug(
      { processor, topic, partition: batch.partition, from, to: progress.position, taken: items.length },
      'batch',
    );
    // Cut short, a batch leaves records that a sweep must not step over.
    if (progress.position === batch.nextOffset)
      progress.lastTimestamp = fresh.at(-1)?.timestamp ?? progress.lastTimestamp;
    return progress.position;
  }

  /**
   * The checkpoint is not where this member believed, or the answer to a COMMIT was lost: the row alone tells where to go
   * on (C9, C11). Any other error is thrown on.
   */
  private async reread(progress: PartitionProgress, error: unknown): Promise<number | undefined> {
    const { processor, topic, store, metrics, log, relay } = this.scope;
    const { topicId, partition, committed } = progress;
    if (!(error instanceof CheckpointLost || error instanceof CommitUnknown)) throw error;
    if (error instanceof CheckpointLost) metrics.lost.inc({ processor });
    const found = await readCheckpoint(store, { processor, topic, topicId, partition });
    if (found === undefined && committed !== undefined) {
      throw new CheckpointRemoved(`${processor}: the checkpoint of ${topic}/${partition} was removed`);
    }
    log.warn({ processor, topic, partition, believed: committed, found }, `${error.name}: going on there`);
    const fresh = new PartitionProgress(topicId, partition, found);
    fresh.faults = progress.faults;
    if (this.partitions.get(partition) === progress) this.partitions.set(partition, fresh);
    relay.wake();
    return fresh.position;
  }
}
