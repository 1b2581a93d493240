import { type Once } from './once.js';
import { type Running, Undecided } from './running.js';

/** How a claim of an attempt stands: to be done here, done or being done by somebody else, or sent with another body. */
export type Part = 'mine' | 'theirs' | 'conflict';

/** One request's claims. */
export class Attempt {
  constructor(
    private readonly once: Once,
    private readonly running: readonly Running[],
    /** In the order of the claims. */
    readonly parts: readonly Part[],
    private readonly durable: boolean,
    private readonly wait: number,
  ) {}

  /** Gives the answers of the claims that were mine, by their place; they are kept before anybody hears of them. */
  async finish(answers: ReadonlyMap<number, unknown>): Promise<void> {
    const settled = [...answers].map(([place, answer]) => ({ key: this.running[place]!.claim.key, answer }));
    const kept = settled.length === 0 || (this.durable && (await this.once.ask((ledger) => ledger.settle(settled))));
    for (const [place, answer] of answers) {
      const running = this.running[place]!;
      running.resolve(answer);
      if (kept) this.once.end(running);
      else this.once.keep(running);
    }
  }

  /**
   * Gives up the claims that were mine and have no answer: `untouched` when nothing was done under them, `half-done`
   * when something may have been, so that only the same body may try again.
   */
  async abandon(how: 'untouched' | 'half-done'): Promise<void> {
    const mine = this.running.filter((_, place) => this.parts[place] === 'mine');
    const keys = mine.map(({ claim }) => claim.key);
    if (this.durable && keys.length > 0) {
      await this.once.ask((ledger) => (how === 'untouched' ? ledger.forget(keys) : ledger.release(keys)));
    }
    for (const running of mine) {
      running.reject(new Undecided('the first request under this key failed'));
      this.once.end(running);
    }
  }

  /** The answer that somebody else gives or gave. @throws KeyConflict, Undecided */
  async answerOf(place: number): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Undecided('the first request under this key has not ended')), this.wait);
    });
    try {
      return await Promise.race([this.running[place]!.answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
