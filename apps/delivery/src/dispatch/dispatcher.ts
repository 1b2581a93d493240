import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, crashpoint } from '#libs/core';
import { type Log, type PartHealth, type Transactor } from '#libs/runtime';
import { CommitUnknown, isTransient, type Tx } from '#libs/store';
import { type Hint } from '../lane/schedule.js';
import { selectDue } from '../sql/roster.js';
import { Agenda } from './agenda.js';
import { allot, type Allotment } from './allotment.js';
import { type Breaker } from './breaker.js';
import { type Caller } from './caller.js';
import { type DeliveryMetrics } from './delivery-metrics.js';
import { finish, type FinishOptions, type Finished } from './finisher.js';
import { type Job, type Taken, takeLanes } from './leases.js';
import { type RateLimiter } from './rate-limiter.js';
import { type Roster } from './roster.js';

/** What a dispatcher works with. */
export interface DispatchParts {
  readonly transactor: Transactor;
  readonly tx: Tx;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: DeliveryMetrics;
  readonly caller: Caller;
  readonly roster: Roster;
  readonly limiter: RateLimiter;
  readonly breaker: Breaker;
  readonly options: FinishOptions;
}

/** How often the database is asked for what nobody told this process: after a start, from other replicas. */
const LOOK = 1000;
/** After trouble with the database. */
const PAUSE = 500;
/** Ended calls are written down together: at most so many, and those that end within a moment (milliseconds). */
const AT_ONCE = 100;
const MOMENT = 5;

/**
 * Sends what is due: takes lanes, calls the provider, writes down what became of it. Lanes go in parallel, each with one
 * call under way; integrations take turns. Woken at the commit that brings something, so nothing waits for a poll.
 */
export class Dispatcher {
  private readonly agenda = new Agenda();
  private readonly underWay = new Map<string, number>();
  private readonly trials = new Set<string>();
  private readonly ended: Finished[] = [];
  private readonly waitingForRoom: Hint[] = [];
  private readonly calls = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private turning: Promise<void> | undefined;
  private saving: Promise<void> | undefined;
  private nextLook = 0;
  private nextTry = 0;
  /** Ended calls wait for the database: until they are written down their lanes are not to be taken again. */
  private stuck = false;
  private stopped = false;

  constructor(private readonly parts: DispatchParts) {}

  start(): void {
    this.plan();
  }

  /** Something has become due. */
  readonly wake = (hints: readonly Hint[]): void => {
    for (const hint of hints) this.agenda.add(hint);
    this.plan();
  };

  /** What is known of these integrations is not so any more. */
  forget(integrationIds: readonly string[]): void {
    for (const id of integrationIds) this.parts.roster.forget(id);
  }

  /** Whether what has ended can be written down. */
  health(): PartHealth {
    const facts = { underWay: this.calls.size, unwritten: this.ended.length };
    return this.stuck
      ? { status: 'degraded', detail: 'waiting for the database', ...facts }
      : { status: 'up', ...facts };
  }

  /** A parked integration, or one whose circuit is open, may try one message. */
  allowTrial(integrationId: string, parked: boolean): void {
    if (parked) this.trials.add(integrationId);
    else this.parts.breaker.allowTrial(integrationId);
    this.nextLook = 0;
    this.plan();
  }

  /** Begins nothing more, waits for calls under way up to `grace` milliseconds, ends them, and writes down all that ended. */
  async stop(grace: number): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.turning;
    const cut = setTimeout(() => this.parts.caller.stop(), grace);
    while (this.calls.size > 0) await Promise.all(this.calls);
    clearTimeout(cut);
    await this.saving;
  }

  private plan(): void {
    if (this.stopped || this.turning) return;
    clearTimeout(this.timer);
    const now = this.parts.clock.millis();
    const wait = this.wait(now, performance.now());
    if (wait > 0) this.timer = setTimeout(() => this.plan(), Math.min(wait, LOOK));
    else this.turning = this.turn(now).finally(() => this.turned());
  }

  /** Milliseconds until there is something to do. Only what is due is of the clock, which may be set. */
  private wait(now: number, tick: number): number {
    const due = Math.min((this.agenda.next ?? Infinity) - now, this.nextLook - tick);
    return Math.max(due, this.nextTry - tick, this.stuck ? PAUSE : 0);
  }

  private turned(): void {
    this.turning = undefined;
    this.plan();
  }

  private async turn(now: number): Promise<void> {
    let due: readonly Hint[] = [];
    try {
      if (performance.now() >= this.nextLook) await this.look(now);
      due = this.agenda.take(now);
      if (due.length === 0) return;
      await this.parts.roster.load(due.map(({ integrationId }) => integrationId));
      await this.begin(due, now);
    } catch (error) {
      for (const hint of due) this.agenda.add(hint);
      this.trouble('a turn failed', error);
    }
  }

  private async look(now: number): Promise<void> {
    const { roster, limiter, tx, options } = this.parts;
    for (const row of await selectDue(tx, options.sink, now + LOOK)) {
      roster.compare(row.integrationId, row.sequence, row.parkedCode !== null);
      this.agenda.add(row);
    }
    this.nextLook = performance.now() + LOOK;
    limiter.prune(performance.now());
  }

  private async begin(due: readonly Hint[], now: number): Promise<void> {
    const { parts } = this;
    const { underWay, trials } = this;
    const tick = performance.now();
    const allotment = allot(due, { underWay, total: this.calls.size, trials }, parts, tick);
    for (const { hint, afterMs } of allotment.later) this.agenda.add({ ...hint, due: now + afterMs });
    this.waitingForRoom.push(...allotment.full);
    if (allotment.quotas.length === 0) return;
    const began = performance.now();
    const taken = await takeLanes(parts.transactor, allotment.quotas, trials, this.moment(now), parts.options).catch(
      (error: unknown) => {
        this.giveBack(allotment, new Map());
        throw error;
      },
    );
    this.taken(allotment, taken, now);
    for (const job of taken.jobs) this.call(job, began);
  }

  private taken(allotment: Allotment, taken: Taken, now: number): void {
    const { parts } = this;
    const started = new Map<string, number>();
    for (const job of taken.jobs) {
      const key = `${job.class}/${job.integrationId}`;
      started.set(key, (started.get(key) ?? 0) + 1);
      this.trials.delete(job.integrationId);
    }
    this.giveBack(allotment, started);
    for (const { integrationId, class: laneClass, quota } of allotment.quotas) {
      const more = (taken.found.get(`${laneClass}/${integrationId}`) ?? 0) >= quota;
      if (more) this.agenda.add({ integrationId, class: laneClass, due: now });
    }
    const parked = new Set(taken.parked);
    for (const id of parked) parts.roster.forget(id);
    for (const hint of taken.hints) if (!parked.has(hint.integrationId)) this.agenda.add(hint);
    parts.metrics.written(taken.settled, taken);
  }

  private giveBack({ reserved }: Allotment, started: ReadonlyMap<string, number>): void {
    for (const [key, { limits, count }] of reserved) {
      const unused = count - (started.get(key) ?? 0);
      if (unused > 0) this.parts.limiter.giveBack(limits, unused, performance.now());
    }
  }

  private call(job: Job, leasedAt: number): void {
    const { integrationId } = job;
    this.underWay.set(integrationId, (this.underWay.get(integrationId) ?? 0) + 1);
    const call = this.carryOut(job, leasedAt).finally(() => {
      const left = (this.underWay.get(integrationId) ?? 1) - 1;
      if (left > 0) this.underWay.set(integrationId, left);
      else this.underWay.delete(integrationId);
      this.calls.delete(call);
      for (const hint of this.waitingForRoom.splice(0)) this.agenda.add(hint);
      this.plan();
    });
    this.calls.add(call);
  }

  private async carryOut(job: Job, leasedAt: number): Promise<void> {
    const { caller, metrics, clock, options, limiter, roster, breaker } = this.parts;
    const { action } = job.attempt;
    crashpoint('delivery.before-send');
    // A process that stood still may have lost its lane: then somebody else makes this call.
    if (performance.now() - leasedAt > options.lease / 4) {
      return this.end({ job, outcome: { kind: 'retry', reason: 'the process stood still' } });
    }
    const began = performance.now();
    metrics.begun(action, clock.millis() - job.since);
    const { deliveryId, integrationId, incident, event, receipt } = job;
    const outcome = await caller.send(job.integration, { deliveryId, integrationId, incident, event }, receipt);
    crashpoint('delivery.after-send');
    const tick = performance.now();
    metrics.ended(action, outcome, tick - began);
    const limits = roster.get(integrationId)?.limits[job.class] ?? [];
    if (outcome.kind === 'retry' && outcome.afterMs) limiter.block(limits, tick + outcome.afterMs, tick);
    else if (outcome.kind === 'retry' || outcome.kind === 'ambiguous') breaker.failed(integrationId, tick);
    else breaker.succeeded(integrationId);
    await this.end({ job, outcome });
  }

  private end(finished: Finished): Promise<void> {
    this.ended.push(finished);
    this.saving ??= this.save().finally(() => (this.saving = undefined));
    return this.saving;
  }

  /** Writes down what has ended meanwhile, again and again, until nothing is left. Holds on to it while the database is away. */
  private async save(): Promise<void> {
    let atOnce = AT_ONCE;
    if (!this.stopped) await pause(MOMENT);
    while (this.ended.length > 0) {
      const some = this.ended.slice(0, atOnce);
      try {
        await this.write(some);
        this.ended.splice(0, some.length);
        this.stuck = false;
      } catch (error) {
        this.stuck = isTransient(error) || error instanceof CommitUnknown;
        this.trouble('what became of calls could not be written down', error);
        if (this.stopped) return;
        // One that cannot be written is given up: its lane's lease runs out, and it counts as in doubt.
        if (!this.stuck && some.length === 1) this.ended.shift();
        atOnce = this.stuck ? AT_ONCE : 1;
        await pause(PAUSE);
      }
    }
  }

  private async write(some: readonly Finished[]): Promise<void> {
    const { parts } = this;
    const saved = await finish(parts.transactor, some, this.moment(parts.clock.millis()), parts.options);
    crashpoint('delivery.after-receipt');
    for (const id of saved.changed) parts.roster.forget(id);
    parts.metrics.written(saved.settled, saved);
    this.wake(saved.hints);
  }

  private trouble(message: string, error: unknown): void {
    this.parts.metrics.failed();
    this.parts.log.warn({ err: error }, message);
    this.nextTry = performance.now() + PAUSE;
  }

  private moment(now: number) {
    return { now, random: Math.random };
  }
}
