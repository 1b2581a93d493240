import { setTimeout as pause } from 'node:timers/promises';
import { backoff, type Clock, doubling } from '#libs/core';
import { type HostFigures, hostSampleOf, type Place } from './host.js';
import { logSampleOf } from './log-line.js';
import { type Line, type Piece, type Positions, readOn } from './log-tail.js';
import { type Posted } from './post.js';
import { type AgentState, writeState } from './state.js';

type Sample = Record<string, unknown>;

export interface AgentOptions {
  readonly place: Place;
  /** Below it the database keeps its data. */
  readonly dataPath: string;
  /** Patterns of its log files. */
  readonly logs: readonly string[];
  /** Milliseconds between two samples of the host. */
  readonly every: number;
  /** Where what must not be forgotten is kept. */
  readonly folder: string;
}

/** What an agent works with. */
export interface AgentGround {
  readonly readHost: () => Promise<HostFigures>;
  readonly post: (samples: readonly Sample[]) => Promise<Posted>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly stop: AbortSignal;
  /** Samples that were taken. */
  readonly sent: (samples: readonly Sample[]) => void;
  /** What a person should know. */
  readonly say: (line: string) => void;
}

/** A day of samples at one every 15 s: what a longer outage costs is the oldest. */
const MAX_PENDING = 5_760;
const MAX_POST = 500;
const LOOK = 1_000;
const WAITS = doubling(1_000, 60_000);

/**
 * Samples the host and sends on the logs. Samples that could not be sent are kept on the disk; of the logs, which lie there
 * anyhow, only how far they were sent. A line is sent again where the agent died before it had noted that.
 */
export class Agent {
  private pending: readonly Sample[];
  private positions: Positions;
  private saved = true;
  private failures = 0;

  constructor(
    private readonly options: AgentOptions,
    private readonly ground: AgentGround,
    { pending, positions }: Pick<AgentState, 'pending' | 'positions'>,
  ) {
    this.pending = pending;
    this.positions = positions;
  }

  /** Until it is told to stop; what is left then is kept for the next start. */
  async run(): Promise<void> {
    const { stop } = this.ground;
    const sampling = this.sampleEvery();
    while (!stop.aborted) {
      const outcome = await this.sendNext();
      if (outcome === 'nothing') await this.rest(LOOK);
      else if (outcome !== 'sent') await this.rest(outcome);
    }
    await sampling;
    await this.save();
  }

  /** One sample, and all that is there. @returns whether all of it was sent */
  async once(): Promise<boolean> {
    await this.sample();
    for (;;) {
      const outcome = await this.sendNext();
      if (outcome === 'sent') continue;
      await this.save();
      return outcome === 'nothing';
    }
  }

  private async sampleEvery(): Promise<void> {
    while (!this.ground.stop.aborted) {
      await this.sample().catch((error: unknown) => this.ground.say(`the host could not be read: ${String(error)}`));
      await this.rest(this.options.every);
    }
  }

  private async sample(): Promise<void> {
    const { place, dataPath } = this.options;
    const figures = await this.ground.readHost();
    const sample = hostSampleOf(figures, place, dataPath, this.ground.clock.now());
    this.pending = [...this.pending, sample].slice(-MAX_PENDING);
    this.saved = false;
  }

  /** What is pending first, then the logs. @returns milliseconds to wait where it is to come again */
  private async sendNext(): Promise<'sent' | 'nothing' | number> {
    const samples = this.pending.slice(0, MAX_POST);
    if (samples.length > 0) {
      const wait = await this.send(samples);
      if (wait === 0) {
        this.pending = this.pending.filter((sample) => !samples.includes(sample));
        this.saved = false;
        return 'sent';
      }
      await this.save();
      return wait;
    }
    const piece = await this.readLogs();
    if (!piece) return 'nothing';
    const wait = await this.send(this.samplesOf(piece.lines));
    if (wait > 0) return wait;
    this.positions = piece.positions;
    this.saved = false;
    await this.save();
    return 'sent';
  }

  private async readLogs(): Promise<Piece | undefined> {
    try {
      return await readOn(this.options.logs, this.positions);
    } catch (error) {
      this.ground.say(`the logs could not be read: ${(error as Error).message}`);
      return undefined;
    }
  }

  private samplesOf(lines: readonly Line[]): readonly Sample[] {
    const now = this.ground.clock.now();
    return lines.map(({ text, id }) => logSampleOf(text, this.options.place, id, now));
  }

  /** @returns 0 once they are taken, or refused for good; else milliseconds to wait */
  private async send(samples: readonly Sample[]): Promise<number> {
    if (samples.length === 0) return 0;
    const posted = await this.ground.post(samples);
    switch (posted.kind) {
      case 'taken':
        return this.taken(samples, posted.rejected);
      case 'refused':
        this.ground.say(`${samples.length} samples were refused: ${posted.reason}`);
        return this.well();
      case 'too-large':
        return this.sendHalves(samples);
      case 'later': {
        const wait = backoff(WAITS, this.failures++, this.ground.random());
        const longest = Math.max(wait, posted.afterMs ?? 0);
        if (!this.ground.stop.aborted) this.ground.say(`${posted.reason}; again in ${Math.ceil(longest / 1000)} s`);
        return longest;
      }
    }
  }

  private taken(samples: readonly Sample[], rejected: readonly { index: number; reason: string }[]): number {
    for (const { index, reason } of rejected.slice(0, 5)) this.ground.say(`sample ${index} was refused: ${reason}`);
    const refused = new Set(rejected.map(({ index }) => index));
    this.ground.sent(samples.filter((_, index) => !refused.has(index)));
    return this.well();
  }

  private async sendHalves(samples: readonly Sample[]): Promise<number> {
    if (samples.length === 1) {
      this.ground.say('a sample is too large to be sent');
      return this.well();
    }
    const middle = Math.ceil(samples.length / 2);
    return (await this.send(samples.slice(0, middle))) || this.send(samples.slice(middle));
  }

  private well(): 0 {
    this.failures = 0;
    return 0;
  }

  private async save(): Promise<void> {
    if (this.saved) return;
    const { positions, pending } = this;
    await writeState(this.options.folder, { positions, pending });
    this.saved = true;
  }

  private async rest(milliseconds: number): Promise<void> {
    await pause(milliseconds, undefined, { signal: this.ground.stop }).catch(() => undefined);
  }
}
