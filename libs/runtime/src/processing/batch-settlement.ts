import { FatalStreamError } from '#libs/event-stream';
import { isTransient } from '#libs/store';
import { traceOfRecord } from '../logging/trace.js';
import { deadLetterOf, SHARED_FAULTS } from './dead-letter.js';
import { CheckpointLost, PartitionStopped } from './errors.js';
import { fenced } from './fenced-transaction.js';
import { type LoopScope } from './loop-scope.js';
import { type PartitionProgress } from './partition-progress.js';
import { type AfterCommit } from '../processor.js';
import { publicMessage } from './redact.js';
import { type Item, type Workload } from './workload.js';

/** After so many records in a row that cannot be decided, it is this version that is wrong (ADR 7). */
export const MAX_FAULTS = 100;

/** Brings one batch to its end: applied whole, or halved until the records that cannot be decided stand alone. */
export class BatchSettlement<Work> {
  constructor(
    private readonly scope: LoopScope,
    private readonly workload: Workload<Work>,
    private readonly progress: PartitionProgress,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Settles `items` and moves on to `next`; stops half-way when the signal aborts.
   * @throws PartitionStopped; CheckpointLost; passing trouble, with what was settled before it kept
   */
  async run(items: readonly Item<Work>[], next: number): Promise<void> {
    if (this.signal.aborted) return;
    if (items.length === 0) return this.progress.skipped(next);
    try {
      await this.commit(items, next);
      if (items.some((item) => item.work !== undefined)) this.progress.faults = 0;
    } catch (error) {
      if (!isRecordFault(error)) throw error;
      await this.isolate(items, next, error);
    }
  }

  private async isolate(items: readonly Item<Work>[], next: number, error: unknown): Promise<void> {
    const middle = items.length >> 1;
    if (middle === 0) return this.condemn(items[0]!, next, error);
    await this.run(items.slice(0, middle), items[middle]!.record.offset);
    await this.run(items.slice(middle), next);
  }

  private async condemn({ record, fault }: Item<Work>, next: number, error: unknown): Promise<void> {
    // A letter that cannot be written is no fault of the record.
    if (fault) throw error;
    const { processor, topic, log } = this.scope;
    const { partition, offset } = record;
    const where = { processor, topic, partition, offset, ...traceOfRecord(record) };
    if (this.progress.faults >= MAX_FAULTS) {
      this.progress.stopped = new PartitionStopped(processor, topic, partition, offset, MAX_FAULTS + 1, error);
      log.error({ ...where, ...told(error) }, this.progress.stopped.message);
      throw this.progress.stopped;
    }
    log.error({ ...where, ...told(error) }, 'a record could not be decided: dead letter');
    await this.commit([{ record, fault: { error: nameOf(error), message: publicMessage(error) } }], next);
    this.progress.faults += 1;
  }

  private async commit(items: readonly Item<Work>[], next: number): Promise<void> {
    const { scope } = this;
    const work = items.flatMap((item) => (item.work === undefined ? [] : [item.work]));
    const afterCommit: AfterCommit[] = [];
    await fenced(scope, this.progress, next, async (unit) => {
      const wake = work.length > 0 ? await this.workload.apply(work, unit) : undefined;
      if (wake) afterCommit.push(wake);
      const writer = { topic: scope.topics.deadLetters, group: scope.processor, version: scope.version };
      for (const { record, fault } of items) {
        // A letter about a letter would be the next one to fail.
        if (fault && record.topic !== writer.topic) unit.put({ ...deadLetterOf(record, fault, writer), aside: true });
      }
    });
    for (const wake of afterCommit) wake();
    if (work.length > 0) this.progress.sweepDue = 0;
    if (work.length > 0) scope.metrics.records.inc({ processor: scope.processor, outcome: 'applied' }, work.length);
    for (const { fault } of items) {
      if (fault) scope.metrics.deadLetters.inc({ processor: scope.processor, error: fault.error });
    }
    this.tellUnusable(items);
  }

  /** One line a batch, however many: anybody may write garbage. */
  private tellUnusable(items: readonly Item<Work>[]): void {
    const unusable = items.filter(({ fault }) => fault !== undefined && SHARED_FAULTS.has(fault.error));
    const [first] = unusable;
    if (!first) return;
    const { processor, topic, log } = this.scope;
    const { partition, offset } = first.record;
    const { error, message: reason } = first.fault!;
    const where = { processor, topic, partition, offset, ...traceOfRecord(first.record) };
    log.error({ ...where, count: unusable.length, error, reason }, 'records nobody can use: dead letters');
  }
}

function isRecordFault(error: unknown): boolean {
  return !(error instanceof CheckpointLost || error instanceof FatalStreamError || isTransient(error));
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}

/** An error for the log, without what a database error quotes of its rows. */
function told(error: unknown): Record<string, unknown> {
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  return { error: nameOf(error), reason: publicMessage(error), at: frames.slice(0, 5).map((line) => line.trim()) };
}
