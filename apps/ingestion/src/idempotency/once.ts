import { Attempt, type Part } from './attempt.js';
import { type Claim, type Ledger, type Standing } from './ledger.js';
import { KeyConflict, Running, Undecided } from './running.js';

export interface OnceOptions {
  /** Milliseconds that the ledger may take before an attempt goes on without it. */
  readonly patience: number;
  /** Milliseconds for which a ledger that failed is left alone. */
  readonly rest: number;
  /** Milliseconds between two looks at a claim that another process holds. */
  readonly look: number;
  /** Milliseconds that an attempt waits for the answer of another. */
  readonly wait: number;
  /** Answers that are kept in memory while the ledger is away. */
  readonly kept: number;
}

const defaults: OnceOptions = { patience: 1_000, rest: 2_000, look: 25, wait: 7_000, kept: 500 };

/**
 * Lets what has a key happen once, however often and at however many replicas it is asked for at the same time: inside
 * this process by one map, between processes by the ledger. While the ledger is away each process remembers alone.
 */
export class Once {
  private readonly running = new Map<string, Running>();
  private readonly options: OnceOptions;
  private readonly kept: Running[] = [];
  private restUntil = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly ledger: Ledger,
    options: Partial<OnceOptions> = {},
  ) {
    this.options = { ...defaults, ...options };
  }

  /** Claims in one step. Whoever gets an attempt must `finish` or `abandon` it. */
  async begin(claims: readonly Claim[]): Promise<Attempt> {
    const joined = claims.map((claim) => this.join(claim));
    const own = joined.filter((part) => part.own);
    const standings =
      own.length > 0 ? await this.ask((ledger) => ledger.claim(own.map(({ running }) => running.claim))) : [];
    const standing = new Map(own.map((part, i) => [part, standings?.[i]]));
    const parts = joined.map((part) => this.settle(part, standing.get(part)));
    return new Attempt(
      this,
      joined.map(({ running }) => running),
      parts,
      standings !== undefined,
      this.options.wait,
    );
  }

  /** Runs a step of the ledger; undefined when it fails, takes too long, or failed a moment ago. */
  async ask<T>(step: (ledger: Ledger) => Promise<T>): Promise<T | undefined> {
    if (performance.now() < this.restUntil) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Undecided('the ledger takes too long')), this.options.patience);
    });
    try {
      return await Promise.race([step(this.ledger), late]);
    } catch {
      this.restUntil = performance.now() + this.options.rest;
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  end(running: Running): void {
    this.running.delete(running.name);
  }

  /** Keeps an answer that the ledger could not take, here and for a while: the newest of them. */
  keep(running: Running): void {
    this.kept.push(running);
    if (this.kept.length > this.options.kept) this.end(this.kept.shift()!);
  }

  /** Joins the attempt that is under way in this process, or becomes it. */
  private join(claim: Claim): Joined {
    const fresh = new Running(claim);
    const other = this.running.get(fresh.name);
    if (other) return { running: other, own: false, conflict: !other.claim.body.equals(claim.body) };
    this.running.set(fresh.name, fresh);
    return { running: fresh, own: true, conflict: false };
  }

  private settle({ running, own, conflict }: Joined, standing: Standing | undefined): Part {
    if (!own) return conflict ? 'conflict' : 'theirs';
    switch (standing?.state) {
      case 'answered':
        running.resolve(standing.answer);
        this.end(running);
        return 'theirs';
      case 'conflict':
        running.reject(new KeyConflict());
        this.end(running);
        return 'conflict';
      case 'pending':
        void this.follow(running);
        return 'theirs';
      case 'mine':
      case undefined:
        return 'mine';
    }
  }

  /** Looks at a claim of another process until that has answered it, or has given it up. */
  private async follow(running: Running): Promise<void> {
    const deadline = performance.now() + this.options.wait;
    while (performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, this.options.look));
      const [standing] = (await this.ask((ledger) => ledger.look([running.claim]))) ?? [];
      if (standing?.state === 'answered') running.resolve(standing.answer);
      else if (standing?.state === 'conflict') running.reject(new KeyConflict());
      else if (standing?.state === 'pending') continue;
      break;
    }
    running.reject(new Undecided('the first request under this key has not ended'));
    this.end(running);
  }
}

interface Joined {
  readonly running: Running;
  readonly own: boolean;
  readonly conflict: boolean;
}
