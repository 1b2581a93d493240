import { type Position } from '../records.js';

/** One `publish`: succeeds when each of its records is acknowledged, or fails as a whole. */
export class PublishCall {
  readonly answer: Promise<readonly Position[]>;
  private readonly positions: Position[];
  private missing: number;
  private done = false;
  private resolve!: (positions: readonly Position[]) => void;
  private reject!: (error: Error) => void;

  /** `deadline` by the monotonic clock, milliseconds. */
  constructor(
    records: number,
    readonly deadline: number,
  ) {
    this.positions = new Array<Position>(records);
    this.missing = records;
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  get settled(): boolean {
    return this.done;
  }

  acknowledge(index: number, position: Position): void {
    this.positions[index] = position;
    this.missing -= 1;
    if (this.missing > 0 || this.done) return;
    this.done = true;
    this.resolve(this.positions);
  }

  fail(error: Error): void {
    if (this.done) return;
    this.done = true;
    this.reject(error);
  }
}
