import { setTimeout as pause } from 'node:timers/promises';
import { type Consumer, type EachBatchPayload } from 'kafkajs';
import type Batch from 'kafkajs/src/consumer/batch.js';
import { Assignment, type Progress } from '../assignment.js';
import { PositionUnreadable, TopicRecreated } from '../errors.js';
import { handOver, type HandOver, persist } from '../hand-over.js';
import { type BatchBounds, parts } from '../parts.js';
import { type RecordBatch } from '../records.js';
import { type KafkaConnection } from './connection.js';
import { type Control } from './control.js';
import { KafkaRecord } from './kafka-record.js';

/** What a member needs from the subscription that it works for. */
export interface MemberScope extends HandOver {
  readonly connection: KafkaConnection;
  readonly control: Control;
  readonly group: string;
  readonly topic: string;
  readonly bounds: BatchBounds;
  /** Identity of the topic that the subscription began with; the first assignment sets it. */
  topicId: string | undefined;
}

const SESSION_MS = 10_000;
/** Also how late a member notices that the group is divided anew. */
const HEARTBEAT_MS = SESSION_MS / 10;
const REBALANCE_MS = 10_000;
/** What a handler gets to finish when the group is about to be divided anew. */
const REBALANCE_GRACE_MS = 3_000;
const STOP_GRACE_MS = 4_000;
const STOP_MS = 5_000;
const FETCH = { minBytes: 1, maxWaitTimeInMs: 500, maxBytes: 4 * 1024 * 1024, maxBytesPerPartition: 512 * 1024 };
/** Partitions handled at once: enough to overlap their transactions, few enough for the connection pool. */
const CONCURRENCY = 4;
const MAX_MISSES = 8;

/**
 * One life of a kafkajs group member. Kafka's group divides the partitions; where to read is decided by the handler's
 * checkpoints alone (K10): every assignment is answered by seeks, and a batch that does not go on at the position is
 * dropped.
 */
export class GroupMember {
  private readonly consumer: Consumer;
  private readonly closeSockets: () => void;
  private beats: NodeJS.Timeout | undefined;
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
    return this.joined && this.assignment.located;
  }

  progress(): readonly Progress[] {
    return this.assignment.all();
  }

  /** Lets the running batches finish (abandons them after 4 s), leaves the group, ends the connections. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.assignment.retire();
    const patience = setTimeout(() => this.assignment.end(), STOP_GRACE_MS);
    await Promise.race([this.leave(), pause(STOP_MS, undefined, { ref: false })]);
    this.assignment.end();
    clearTimeout(patience);
    this.rest();
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

  /** Finds out where to go on and seeks there. Answers false when the assignment ended before that. */
  private async resume(assignment: Assignment): Promise<boolean> {
    const { scope } = this;
    if (assignment.partitions.length === 0) return true;
    const located = await persist(scope, assignment.retired, 'positions are not known', async () => {
      const state = await scope.control.topic(scope.topic);
      if (!state) throw new Error(`there is no topic ${scope.topic}`);
      scope.topicId ??= state.topicId;
      if (scope.topicId !== state.topicId) throw new TopicRecreated(scope.topic, scope.topicId, state.topicId);
      assignment.locate(state, await scope.handler.resumeFrom(scope.topic, state.topicId, assignment.partitions));
      return true;
    });
    if (!located || assignment.retired.aborted) return false;
    for (const { partition, position } of assignment.all()) this.seek(partition, position);
    scope.moved();
    return true;
  }

  private seek(partition: number, offset: number): void {
    this.consumer.seek({ topic: this.scope.topic, partition, offset: String(offset) });
  }

  private async eachBatch(payload: EachBatchPayload): Promise<void> {
    this.beat = () => payload.heartbeat();
    this.active += 1;
    this.beats ??= setInterval(() => void this.heartbeat(), HEARTBEAT_MS / 2);
    try {
      const { assignment } = this;
      if (!(await assignment.ready)) return;
      const progress = assignment.of(payload.batch.partition);
      if (!progress || this.over(payload, assignment)) return;
      await this.deliver(payload, assignment, progress);
    } finally {
      this.active -= 1;
      if (this.active === 0) this.rest();
    }
    if (this.beatError) throw this.beatError;
  }

  private over(payload: EachBatchPayload, assignment: Assignment): boolean {
    return this.stopping || assignment.retired.aborted || payload.isStale() || !payload.isRunning();
  }

  private async deliver(payload: EachBatchPayload, assignment: Assignment, progress: Progress): Promise<void> {
    const batch = payload.batch as unknown as Batch;
    const last = Number(batch.lastOffset());
    if (!progress.continues(Number(batch.fetchedOffset), Number(batch.firstOffset()), last)) return this.miss(progress);
    progress.misses = 0;
    progress.highWatermark = Number(batch.highWatermark);
    const all = batch.messages.map((message) => new KafkaRecord(this.scope.topic, progress.partition, message));
    const records = all[0]!.offset >= progress.position ? all : all.filter(({ offset }) => offset >= progress.position);
    for (const [part, end] of parts(records, last + 1, this.scope.bounds)) {
      const { partition, highWatermark } = progress;
      const { topic } = this.scope;
      const whole: RecordBatch = {
        topic,
        topicId: assignment.topicId,
        partition,
        records: part,
        nextOffset: end,
        highWatermark,
      };
      const next = await handOver(this.scope, assignment, progress, whole, () => this.heartbeat());
      if (next === undefined) return;
      this.dirty = true;
      if (next !== end) return this.seek(progress.partition, next);
      payload.resolveOffset(String(end - 1));
      if (this.over(payload, assignment)) return;
    }
  }

  private miss(progress: Progress): void {
    progress.misses += 1;
    if (progress.misses > MAX_MISSES) {
      return this.scope.fail(new PositionUnreadable(this.scope.topic, progress.partition, progress.position));
    }
    this.seek(progress.partition, progress.position);
  }

  private pass(partition: number, first: string | null, last: string): void {
    const progress = this.assignment.of(partition);
    if (progress?.pass(first === null ? undefined : Number(first), Number(last))) this.scope.moved();
  }

  /** Heartbeats of our own run while handlers work: between batches kafkajs sends them itself (K3). */
  private rest(): void {
    clearInterval(this.beats);
    this.beats = undefined;
  }

  private async heartbeat(): Promise<void> {
    try {
      await this.beat?.();
    } catch (error) {
      if (this.beatError) return;
      this.beatError = error as Error;
      const rebalancing = (error as { type?: string }).type === 'REBALANCE_IN_PROGRESS';
      const { assignment } = this;
      assignment.retire();
      setTimeout(() => assignment.end(), rebalancing ? REBALANCE_GRACE_MS : 0).unref();
    }
  }

  /** Tells Kafka how far we are. Nothing reads it back; lag tools do. */
  async commit(): Promise<void> {
    const { topic } = this.scope;
    const offsets = this.progress().map(({ partition, position }) => ({ topic, partition, offset: String(position) }));
    if (!this.joined || !this.dirty || offsets.length === 0) return;
    this.dirty = false;
    await this.consumer.commitOffsets(offsets).catch(() => undefined);
  }
}
