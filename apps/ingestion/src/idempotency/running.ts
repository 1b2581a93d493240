import { ServiceUnavailable } from '#libs/runtime';
import { type Claim } from './ledger.js';

/** Nobody knows yet how the other attempt ends: come back. */
export class Undecided extends ServiceUnavailable {}

/** Something else was sent under this key. */
export class KeyConflict extends Error {
  override readonly name = 'KeyConflict';

  constructor() {
    super('something else was sent under this key');
  }
}

/** A claim that somebody is at work on, as this process sees it. Settles once; later calls change nothing. */
export class Running {
  readonly name: string;
  readonly answer: Promise<unknown>;
  resolve!: (answer: unknown) => void;
  reject!: (error: Undecided | KeyConflict) => void;

  constructor(readonly claim: Claim) {
    this.name = claim.key.toString('latin1');
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Nobody may be waiting when it fails.
    this.answer.catch(() => undefined);
  }
}
