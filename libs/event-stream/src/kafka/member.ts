import { setTimeout as pause } from 'node:timers/promises';
import { type Consumer, type EachBatchPayload } from 'kafkajs';
import type Batch from 'kafkajs/src/consumer/batch.js';
import { backoff, doubling } from '#libs/core';
import { CheckpointOutsideLog, FatalStreamError, TopicRecreated } from '../errors.js';
import { type BatchHandler } from '../event-log.js';
import { type RecordBatch, type StreamRecord } from '../records.js';
import { type KafkaConnection } from './connection.js';
import { type Control } from './control.js';
import { KafkaRecord, weightOf } from './kafka-record.js';
import { Assignment, Progress } from './progress.js';

/** What a member needs from the subscription that it works for. */
export interface MemberScope {
  readonly connection: KafkaConnection;
  readonly control: Control;
  readonly handler: BatchHandler;
  readonly group: string;
  readonly topic: string;
  readonly maxRecords: number;
  readonly maxBytes: number;
  /** Identity of the topic that the subscription began with; the first assignment sets it. */
  topicId: string | undefined;
  /** A heartbeat got through, or a batch was handled. */
  moved(): void;
  /** Ends the subscription. */
  fail(error: Error): void;
}

const SESSION_MS = 10_000;
const HEARTBEAT_MS = SESSION_MS / 5;
const REBALANCE_MS = 10_000;
/** What a handler gets to finish when the group is about to be divided anew. */
const REBALANCE_GRACE_MS = 3_000;
const STOP_GRACE_MS = 4_000;
const STOP_MS = 5_000;
const FETCH = { minBytes: 1, maxWaitTimeInMs: 250, maxBytes: 4 * 1024 * 1024, maxBytesPerPartition: 512 * 1024 };
/** Partitions handled at once: enough to overlap their transactions, few enough for the connection pool. */
const CONCURRENCY = 4;
const RETRIES = doubling(100, 5_000);
const MAX_MISSES = 8;

/**
 * One life of a kafkajs group member. Kafka's group divides the partitions; where to read is decided by the handler's
 * checkpoints alone (K10): every assignment is answered by seeks, and a batch that does not go on at the position is
 * dropped.
 */
export class GroupMember {
  private readonly consumer: Consumer;
  private readonly closeSockets: () => void;
  private readonly beats: NodeJS.Timeout;
  private assignment = new Assignment([]);
  private joined = false;
  private active = 0;
  private beat: (() => Promise<void>) | undefined;
  private beatError: Error | undefined;
  private dirty = false;
  private stopping = false;
  private readonly crashed: Promise<Error>;
  private crash!: (error: Error) => void;

  constructor(private readonly scope: MemberScope) {
    const { consumer, close } = scope.connection.consumer({
      groupId: scope.group,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: REBALANCE_MS,
      ...FETCH,
    });
    this.consumer = consumer;
    this.closeSockets = close;
    this.crashed = new Promise((resolve) => (this.crash = resolve));
    this.beats = setInterval(() => this.tick(), HEARTBEAT_MS / 2);
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.assign(payload.memberAssignment[scope.topic] ?? []));
    consumer.on(consumer.events.HEARTBEAT, () => scope.moved());
    consumer.on(consumer.events.CRASH, ({ payload }) => this.crash(payload.error));
    consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.pass(payload.partition, payload.firstOffset, payload.lastOffset);
    });
  }

  /** Runs until the client gives up; answers why. @throws when it cannot begin. */
  async run(): Promise<Error> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topic: this.scope.topic, fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: CONCURRENCY,
      eachBatch: (payload) => this.eachBatch(payload),
    });
    return this.crashed;
  }

  /** Whether the group has taken it in and its positions are known. */
  get settled(): boolean {
    return this.joined && this.assignment.progress.size === this.assignment.partitions.length;
  }

  progress(): readonly Progress[] {
    return [...this.assignment.progress.values()];
  }

  /** Lets the running batches finish (abandons them after 4 s), leaves the group, ends the connections. */
  async stop(): Promise<void> {
    this.stopping = true;
    const patience = setTimeout(() => this.assignment.end(), STOP_GRACE_MS);
    await Promise.race([this.leave(), pause(STOP_MS)]);
    this.assignment.end();
    clearTimeout(patience);
    clearInterval(this.beats);
    this.closeSockets();
  }

  private async leave(): Promise<void> {
    await this.commit();
    await this.consumer.disconnect().catch(() => undefined);
  }

  private assign(partitions: readonly number[]): void {
    this.assignment.end();
    this.joined = true;
    this.beatError = undefined;
    const assignment = new Assignment(partitions);
    this.assignment = assignment;
    assignment.ready = this.resume(assignment);
    this.scope.moved();
  }

  /** Finds out where to go on, trying again on passing trouble. */
  private async resume(assignment: Assignment): Promise<boolean> {
    for (let tries = 0; !assignment.signal.aborted; tries++) {
      try {
        await this.seekAll(assignment);
        return true;
      } catch (error) {
        if (error instanceof FatalStreamError) {
          this.scope.fail(error);
          return false;
        }
        await this.backOff('positions are not known', error, tries, assignment.signal);
      }
    }
    return false;
  }

  private async seekAll(assignment: Assignment): Promise<void> {
    const { scope } = this;
    if (assignment.partitions.length === 0) return;
    const state = await scope.control.topic(scope.topic);
    if (!state) throw new Error(`there is no topic ${scope.topic}`);
    scope.topicId ??= state.topicId;
    if (scope.topicId !== state.topicId) throw new TopicRecreated(scope.topic, scope.topicId, state.topicId);
    const resume = await scope.handler.resumeFrom(scope.topic, state.topicId, assignment.partitions);
    if (assignment.signal.aborted) return;
    assignment.topicId = state.topicId;
    for (const { partition, low, high } of state.partitions) {
      if (!assignment.partitions.includes(partition)) continue;
      const position = resume.get(partition) ?? low;
      if (position < low || position > high) throw new CheckpointOutsideLog(scope.topic, partition, position, low, high);
      assignment.progress.set(partition, new Progress(partition, position, high));
      this.seek(partition, position);
    }
    scope.moved();
  }

  private seek(partition: number, offset: number): void {
    this.consumer.seek({ topic: this.scope.topic, partition, offset: String(offset) });
  }

  private async eachBatch(payload: EachBatchPayload): Promise<void> {
    this.beat = () => payload.heartbeat();
    this.active += 1;
    try {
      const { assignment } = this;
      if (!(await assignment.ready)) return;
      const progress = assignment.progress.get(payload.batch.partition);
      if (!progress || this.over(payload, assignment)) return;
      await this.deliver(payload, assignment, progress);
    } finally {
      this.active -= 1;
    }
    if (this.beatError) throw this.beatError;
  }

  private over(payload: EachBatchPayload, assignment: Assignment): boolean {
    return this.stopping || assignment.signal.aborted || payload.isStale() || !payload.isRunning();
  }

  private async deliver(payload: EachBatchPayload, assignment: Assignment, progress: Progress): Promise<void> {
    const batch = payload.batch as unknown as Batch;
    const last = Number(batch.lastOffset());
    if (!progress.continues(Number(batch.fetchedOffset), Number(batch.firstOffset()), last)) return this.miss(progress);
    progress.misses = 0;
    progress.highWatermark = Number(batch.highWatermark);
    const records = batch.messages
      .map((message) => new KafkaRecord(this.scope.topic, progress.partition, message))
      .filter(({ offset }) => offset >= progress.position);
    for (const [part, end] of parts(records, last + 1, this.scope)) {
      const next = await this.handle(assignment, progress, part, end);
      if (next === undefined) return;
      if (next !== end) return this.seek(progress.partition, next);
      payload.resolveOffset(String(end - 1));
      if (this.over(payload, assignment)) return;
    }
  }

  private miss(progress: Progress): void {
    progress.misses += 1;
    if (progress.misses > MAX_MISSES) {
      const { topic } = this.scope;
      return this.scope.fail(new Error(`${topic}/${progress.partition} cannot be read at offset ${progress.position}`));
    }
    this.seek(progress.partition, progress.position);
  }

  /** Hands records over until the handler took them. Answers undefined when they were abandoned. */
  private async handle(
    assignment: Assignment,
    progress: Progress,
    records: readonly StreamRecord[],
    nextOffset: number,
  ): Promise<number | undefined> {
    const { topic, handler } = this.scope;
    const { partition, highWatermark } = progress;
    const batch: RecordBatch = { topic, topicId: assignment.topicId, partition, records, nextOffset, highWatermark };
    const context = { signal: assignment.signal, heartbeat: () => this.heartbeat() };
    progress.busy = true;
    try {
      for (let tries = 0; !assignment.signal.aborted; tries++) {
        try {
          const next = await handler.handle(batch, context);
          progress.position = next;
          this.dirty = true;
          this.scope.moved();
          return next;
        } catch (error) {
          if (error instanceof FatalStreamError) return void this.scope.fail(error);
          await this.backOff(`${topic}/${partition}: batch not handled`, error, tries, assignment.signal);
        }
      }
      return undefined;
    } finally {
      progress.busy = false;
    }
  }

  private pass(partition: number, first: string | null, last: string): void {
    const progress = this.assignment.progress.get(partition);
    if (progress?.pass(first === null ? undefined : Number(first), Number(last))) this.scope.moved();
  }

  private async backOff(what: string, error: unknown, tries: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.scope.connection.log({ level: 'warn', message: `${this.scope.group}: ${what}, trying again`, details: { reason, tries } });
    await pause(backoff(RETRIES, tries, Math.random()), undefined, { signal }).catch(() => undefined);
  }

  /** Heartbeats while handlers work: between batches kafkajs sends them itself (K3). */
  private tick(): void {
    if (this.active > 0) void this.heartbeat();
    else if (this.dirty) void this.commit();
  }

  private async heartbeat(): Promise<void> {
    try {
      await this.beat?.();
    } catch (error) {
      if (this.beatError) return;
      this.beatError = error as Error;
      const rebalancing = (error as { type?: string }).type === 'REBALANCE_IN_PROGRESS';
      const { assignment } = this;
      setTimeout(() => assignment.end(), rebalancing ? REBALANCE_GRACE_MS : 0);
    }
  }

  /** Tells Kafka how far we are. Nothing reads it back; lag tools do. */
  private async commit(): Promise<void> {
    const { topic } = this.scope;
    const offsets = this.progress().map(({ partition, position }) => ({ topic, partition, offset: String(position) }));
    this.dirty = false;
    if (!this.joined || offsets.length === 0) return;
    await this.consumer.commitOffsets(offsets).catch(() => undefined);
  }
}

/** Records in parts within the bounds, each with the offset after it; the last one ends at `end`. */
function* parts(
  records: readonly StreamRecord[],
  end: number,
  bounds: { readonly maxRecords: number; readonly maxBytes: number },
): Generator<[readonly StreamRecord[], number]> {
  let from = 0;
  let bytes = 0;
  for (let at = 0; at < records.length; at++) {
    const weight = weightOf(records[at]!);
    if (at > from && (at - from >= bounds.maxRecords || bytes + weight > bounds.maxBytes)) {
      yield [records.slice(from, at), records[at]!.offset];
      from = at;
      bytes = 0;
    }
    bytes += weight;
  }
  yield [records.slice(from), end];
}
