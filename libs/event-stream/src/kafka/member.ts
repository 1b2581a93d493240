import { setTimeout as pause } from 'node:timers/promises';
import { type Consumer, type EachBatchPayload } from 'kafkajs';
import type Batch from 'kafkajs/src/consumer/batch.js';
import { Assignment, type Progress } from '../assignment.js';
import { PositionUnreadable, TopicRecreated } from '../errors.js';
import { handOver, type HandOver, persist } from '../hand-over.js';
import { type BatchBounds, parts } from '../parts.js';
import { CLIENT_CLOSED, type KafkaConnection } from './connection.js';
import { type Control } from './control.js';
import { Heartbeats } from './heartbeats.js';
import { KafkaRecord } from './kafka-record.js';

/** What a member needs from the subscription that it works for. */
export interface MemberScope extends HandOver {
  readonly connection: KafkaConnection;
  readonly control: Control;
  readonly group: string;
  readonly topic: string;
  readonly bounds: BatchBounds;
  /** Least milliseconds between two fetches while little comes. */
  readonly restMs: number;
  /** Identity of the topic that the subscription began with; the first assignment sets it. */
  topicId: string | undefined;
  /** What was delivered does not continue a position: a look at the log may tell why. */
  missed(): Promise<void>;
}

const SESSION_MS = 10_000;
/** Also how late a member notices that the group is divided anew. */
const HEARTBEAT_MS = SESSION_MS / 10;
const REBALANCE_MS = 10_000;
/** What a handler gets to finish when the group is about to be divided anew. */
const REBALANCE_GRACE_MS = 3_000;
const STOP_GRACE_MS = 4_000;
const LEAVE_MS = 1_000;
/** K17: a fetch, and what it becomes in memory, is bounded. */
const FETCH = { minBytes: 1, maxBytes: 4 * 1024 * 1024, maxBytesPerPartition: 512 * 1024 };
/**
 * How long a fetch waits for records: they end the wait, but heartbeats come after it (K16). Long after the last record
 * it is longer, since each wait costs an idle process a wake-up.
 */
const WAIT_MS = 500;
const IDLE_WAIT_MS = 2_000;
const IDLE_AFTER_MS = 10_000;
/** Records of one round from which on the log is read without rest: there is a backlog. */
const MANY = 1_000;
/** Partitions handled at once: enough to overlap their transactions, few enough for the connection pool. */
const CONCURRENCY = 4;
const MAX_MISSES = 8;
const LOCATED_MS = 1_000;

/**
 * One life of a kafkajs group member. Kafka's group divides the partitions; where to read is decided by the handler's
 * checkpoints alone (K10): every assignment is answered by seeks, and a batch that does not go on at the position is
 * dropped (K15).
 */
export class GroupMember {
  private readonly consumer: Consumer;
  private readonly closeSockets: (reason?: string) => void;
  private readonly heartbeats = new Heartbeats(HEARTBEAT_MS / 2, (rebalancing) => this.giveUp(rebalancing));
  private assignment = new Assignment([]);
  private dirty = false;
  private stopping = false;
  private isJoined = false;
  private memberId = '';
  private lastRecords = performance.now();
  /** Records since the last fetch. */
  private fetched = 0;
  private readonly joined: Promise<void>;
  private readonly crashed: Promise<Error>;
  private join!: () => void;
  private crash!: (error: Error) => void;

  constructor(private readonly scope: MemberScope) {
    const { consumer, close } = scope.connection.consumer({
      groupId: scope.group,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: REBALANCE_MS,
      ...FETCH,
      maxWaitTimeInMs: () => this.beforeFetch(),
    });
    this.consumer = consumer;
    this.closeSockets = close;
    this.joined = new Promise((resolve) => (this.join = resolve));
    this.crashed = new Promise((resolve) => (this.crash = resolve));
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.memberId = payload.memberId;
      this.assign(payload.memberAssignment[scope.topic] ?? []);
    });
    consumer.on(consumer.events.HEARTBEAT, () => scope.moved());
    consumer.on(consumer.events.CRASH, ({ payload }) => this.crash(payload.error));
    consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.pass(payload.partition, payload.firstOffset, payload.lastOffset);
    });
  }

  /** Runs until the client gives up; answers why. @throws when it cannot begin. */
  async run(): Promise<Error> {
    await this.succeed();
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
    return this.isJoined && this.assignment.located;
  }

  progress(): readonly Progress[] {
    return this.assignment.all();
  }

  /** Lets the running batches finish (abandons them after 4 s), leaves the group, ends the connections. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.assignment.retire();
    await Promise.race([this.heartbeats.rest(), pause(STOP_GRACE_MS, undefined, { ref: false })]);
    this.assignment.end();
    await Promise.race([this.leave(), pause(LEAVE_MS, undefined, { ref: false })]);
    this.heartbeats.stop();
    this.closeSockets(CLIENT_CLOSED);
    await Promise.race([this.consumer.disconnect().catch(() => undefined), pause(LEAVE_MS, undefined, { ref: false })]);
  }

  /** Tells Kafka how far we are. Nothing reads it back; lag tools do. */
  async commit(): Promise<void> {
    const { topic } = this.scope;
    const offsets = this.progress().map(({ partition, position }) => ({ topic, partition, offset: String(position) }));
    if (!this.isJoined || !this.dirty || offsets.length === 0) return;
    this.dirty = false;
    await this.consumer.commitOffsets(offsets).catch(() => undefined);
  }

  /** Takes the place of the process that had our name before, where that is sure to be gone. */
  private async succeed(): Promise<void> {
    const { clientId, unique } = this.scope.connection.identity;
    if (unique) await this.scope.control.dismiss(this.scope.group, clientId).catch(() => undefined);
  }

  /**
   * Leaves in its own way: kafkajs would wait for a fetch that waits itself. A member that is about to join is let in
   * first, or the group would wait for it.
   */
  private async leave(): Promise<void> {
    await Promise.race([this.joined, this.crashed]);
    await this.commit();
    const { control, group } = this.scope;
    if (this.memberId !== '') await control.leave(group, this.memberId).catch(() => undefined);
  }

  private assign(partitions: readonly number[]): void {
    this.assignment.end();
    this.heartbeats.reset();
    const assignment = new Assignment(partitions);
    if (this.stopping) assignment.retire();
    this.assignment = assignment;
    this.isJoined = true;
    this.lastRecords = performance.now();
    this.join();
    assignment.ready = this.resume(assignment);
    this.scope.moved();
  }

  /** The partitions are lost, or will be when the group has been divided anew. */
  private giveUp(rebalancing: boolean): void {
    const { assignment } = this;
    assignment.retire();
    setTimeout(() => assignment.end(), rebalancing ? REBALANCE_GRACE_MS : 0).unref();
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
    if (this.fetched === 0) this.lastRecords = performance.now();
    this.fetched += payload.batch.messages.length;
    this.heartbeats.enter(() => payload.heartbeat());
    try {
      const { assignment } = this;
      if (!(await assignment.ready)) return;
      const progress = assignment.of(payload.batch.partition);
      if (progress && !this.over(payload, assignment)) await this.deliver(payload, assignment, progress);
    } finally {
      this.heartbeats.leave();
    }
    if (this.heartbeats.error) throw this.heartbeats.error;
  }

  /**
   * Waits for the positions, so that the first fetch begins there: what lies before them may be damaged (F33). Not for
   * long, since heartbeats come with batches only.
   */
  private async whenLocated(): Promise<void> {
    const { ready, located } = this.assignment;
    if (located) await ready;
    else await Promise.race([ready, pause(LOCATED_MS, undefined, { ref: false })]);
  }

  /** Rests where that was asked for, and answers how long the fetch may wait for records, in milliseconds. */
  private async beforeFetch(): Promise<number> {
    const { fetched } = this;
    this.fetched = 0;
    const rest = fetched > 0 && fetched < MANY ? this.lastRecords + this.scope.restMs - performance.now() : 0;
    if (rest > 0) await pause(rest, undefined, { ref: false });
    await this.whenLocated();
    return performance.now() - this.lastRecords > IDLE_AFTER_MS ? IDLE_WAIT_MS : WAIT_MS;
  }

  private over(payload: EachBatchPayload, assignment: Assignment): boolean {
    return this.stopping || assignment.retired.aborted || payload.isStale() || !payload.isRunning();
  }

  private async deliver(payload: EachBatchPayload, assignment: Assignment, progress: Progress): Promise<void> {
    const { topic, bounds } = this.scope;
    const { partition } = progress;
    const batch = payload.batch as unknown as Batch;
    const last = Number(batch.lastOffset());
    if (!progress.continues(Number(batch.fetchedOffset), Number(batch.firstOffset()), last)) return this.miss(progress);
    progress.misses = 0;
    progress.highWatermark = Number(batch.highWatermark);
    const { topicId } = assignment;
    for (const [records, nextOffset] of parts(recordsFrom(progress, topic, batch), last + 1, bounds)) {
      const part = { topic, topicId, partition, records, nextOffset, highWatermark: progress.highWatermark };
      const next = await handOver(this.scope, assignment, progress, part, () => this.heartbeats.send());
      if (next === undefined) return;
      this.dirty = true;
      if (next !== nextOffset) return this.seek(partition, next);
      payload.resolveOffset(String(nextOffset - 1));
      if (this.over(payload, assignment)) return;
    }
  }

  private async miss(progress: Progress): Promise<void> {
    progress.misses += 1;
    await this.scope.missed();
    if (progress.misses <= MAX_MISSES) return this.seek(progress.partition, progress.position);
    this.scope.fail(new PositionUnreadable(this.scope.topic, progress.partition, progress.position));
  }

  private pass(partition: number, first: string | null, last: string): void {
    const progress = this.assignment.of(partition);
    if (progress?.pass(first === null ? undefined : Number(first), Number(last))) this.scope.moved();
  }
}

function recordsFrom({ partition, position }: Progress, topic: string, batch: Batch): KafkaRecord[] {
  const records = batch.messages.map((message) => new KafkaRecord(topic, partition, message));
  const overlaps = records.length > 0 && records[0]!.offset < position;
  return overlaps ? records.filter(({ offset }) => offset >= position) : records;
}
