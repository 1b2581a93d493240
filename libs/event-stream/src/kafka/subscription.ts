import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { backoff, doubling } from '#libs/core';
import { type Progress } from '../assignment.js';
import { Changes } from '../changes.js';
import {
  CheckpointOutsideLog,
  ConsumerStalled,
  CorruptRecords,
  type FatalStreamError,
  TopicRecreated,
} from '../errors.js';
import {
  type BatchHandler,
  type ConsumerOptions,
  type PartitionLag,
  type Subscription,
  type TopicState,
} from '../event-log.js';
import { type BatchBounds, DEFAULT_BOUNDS } from '../parts.js';
import { type KafkaConnection } from './connection.js';
import { type Control } from './control.js';
import { isCorruption } from './corruption.js';
import { GroupMember, type MemberScope } from './member.js';
import { Watchdog } from './watchdog.js';

const RESTARTS = doubling(100, 2_000);
/** Milliseconds between two looks of the watchdog. */
export const WATCH_MS = 1_000;
const INSPECT_EVERY = 5;
const LONG_LIFE_MS = 30_000;
/** Joining takes up to a session, a rebalance and some retries: after this many times `stallMs` it is none of them. */
const JOINING_STALLS = 4;
const RETRY_MS = 200;
/** Bytes that were damaged on the way come right the next time; those on the disk do not. */
const CORRUPT_TRIES = 2;

/** A member of a consumer group that is made again whenever its client gives up, until it is stopped or fails for good. */
export class KafkaSubscription implements Subscription, MemberScope {
  readonly ended: Promise<Error | undefined>;
  readonly group: string;
  readonly topic: string;
  readonly bounds: BatchBounds;
  readonly restMs: number;
  topicId: string | undefined;
  private end!: (error: Error | undefined) => void;
  private member: GroupMember | undefined;
  private failure: Error | undefined;
  private over = false;
  private readonly watchdog = new Watchdog(WATCH_MS, performance.now());
  private looks = 0;
  private corrupt = 0;
  private hangs = false;
  private readonly changes = new Changes();
  private readonly running: Promise<void>;
  private readonly halt = new AbortController();

  constructor(
    readonly connection: KafkaConnection,
    readonly control: Control,
    options: ConsumerOptions,
    readonly handler: BatchHandler,
    private readonly stallMs = 30_000,
  ) {
    this.group = options.group;
    this.topic = options.topic;
    this.bounds = { ...DEFAULT_BOUNDS, ...options };
    this.restMs = options.restMs ?? 0;
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.running = this.run();
  }

  assigned(): readonly number[] {
    return this.progress()
      .map(({ partition }) => partition)
      .sort((a, b) => a - b);
  }

  lag(): readonly PartitionLag[] {
    return this.progress().map(({ partition, position, highWatermark }) => ({
      partition,
      nextOffset: position,
      highWatermark: Math.max(highWatermark, position),
    }));
  }

  alive(): boolean {
    return !this.over && this.member?.settled === true && this.watchdog.silentMs < this.stallMs;
  }

  stuck(): boolean {
    return this.failure !== undefined || this.hangs;
  }

  async whenCaughtUp(): Promise<void> {
    const state = await this.stateNow();
    const high = new Map(state?.partitions.map((bounds) => [bounds.partition, bounds.high]));
    await this.changes.until(() => {
      if (this.over) throw this.failure ?? new Error(`${this.group}: the subscription was stopped`);
      return (
        this.member?.settled === true &&
        this.progress().every(({ partition, position }) => position >= (high.get(partition) ?? 0))
      );
    });
  }

  async stop(): Promise<void> {
    this.over = true;
    this.halt.abort();
    await this.running;
  }

  moved(): void {
    this.watchdog.feed();
    this.hangs = false;
    this.changes.notify();
  }

  fail(error: FatalStreamError): void {
    if (this.over) return;
    this.failure = error;
    this.over = true;
    this.halt.abort();
  }

  troubled(what: string, error: unknown, tries: number): void {
    const message = `${this.group}: ${what}: trying again`;
    this.connection.log({ level: 'warn', message, details: { reason: messageOf(error), tries } });
  }

  private progress(): readonly Progress[] {
    return this.member?.progress() ?? [];
  }

  /** Member after member. Positions come from the checkpoints each time, so that nothing is carried over. */
  private async run(): Promise<void> {
    for (let lives = 0; !this.over; lives++) {
      const started = performance.now();
      const reason = await this.live();
      if (this.over) break;
      if (performance.now() - started > LONG_LIFE_MS) lives = 0;
      this.connection.log({ level: 'warn', message: `${this.group}: joining again`, details: { reason } });
      await pause(backoff(RESTARTS, lives, Math.random()), undefined, { signal: this.halt.signal }).catch(
        () => undefined,
      );
    }
    this.end(this.failure);
    this.moved();
  }

  private async live(): Promise<string> {
    const member = new GroupMember(this);
    this.member = member;
    const gaveUp = member.run().catch((error: unknown) => error);
    const reason = await Promise.race([gaveUp, once(this.halt.signal, 'abort')]);
    await member.stop();
    this.member = undefined;
    if (isCorruption(reason) && ++this.corrupt > CORRUPT_TRIES)
      this.fail(new CorruptRecords(this.topic, reason.message));
    return messageOf(reason);
  }

  missed(): Promise<void> {
    return this.inspect();
  }

  /** To be called every `WATCH_MS`. */
  async look(): Promise<void> {
    this.watchdog.look(performance.now());
    this.looks += 1;
    if (this.over) return;
    if (this.progress().length === 0) return this.lookAtJoining();
    await this.member?.commit();
    if (this.watchdog.silentMs >= this.stallMs) await this.suspect();
    else if (this.looks % INSPECT_EVERY === 0) await this.inspect();
  }

  /** A client may hang while it joins (K12). Only a restart mends that, so liveness has to tell. */
  private async lookAtJoining(): Promise<void> {
    if (this.watchdog.silentMs < JOINING_STALLS * this.stallMs || this.looks % INSPECT_EVERY !== 0) return;
    const state = await this.control.glance(this.topic).catch(() => undefined);
    this.hangs = state !== undefined && this.watchdog.silentMs >= JOINING_STALLS * this.stallMs;
  }

  /** Nothing moves. Where the broker does not answer either there is nothing to mend; else the client hangs (K12). */
  private async suspect(): Promise<void> {
    const answers = await this.control.ping().then(
      () => true,
      () => false,
    );
    if (!answers || this.watchdog.silentMs < this.stallMs) return;
    this.fail(new ConsumerStalled(this.group, this.topic, this.stallMs / 1000));
  }

  /** Whether the log is still the one that we read, and still holds what is next (F09, F10). */
  private async inspect(): Promise<void> {
    const before = new Map(
      this.progress()
        .filter(({ busy }) => !busy)
        .map((each) => [each.partition, each.position]),
    );
    const state = await this.control.glance(this.topic).catch(() => undefined);
    if (!state || this.over) return;
    if (this.topicId !== undefined && state.topicId !== this.topicId) {
      return this.fail(new TopicRecreated(this.topic, this.topicId, state.topicId));
    }
    for (const progress of this.progress()) {
      const bounds = state.partitions.find(({ partition }) => partition === progress.partition);
      if (!bounds) continue;
      progress.highWatermark = Math.max(progress.highWatermark, bounds.high);
      const still = !progress.busy && before.get(progress.partition) === progress.position;
      if (still && (progress.position < bounds.low || progress.position > bounds.high)) {
        this.fail(new CheckpointOutsideLog(this.topic, bounds.partition, progress.position, bounds.low, bounds.high));
      }
    }
  }

  /** The topic as it is now, asking until a broker answers. */
  private async stateNow(): Promise<TopicState | undefined> {
    while (!this.over) {
      try {
        return await this.control.topic(this.topic);
      } catch {
        await pause(RETRY_MS);
      }
    }
    return undefined;
  }
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
