/** Tells for how long nothing has moved. Time in which the whole process stood still is not silence. */
export class Watchdog {
  private silence = 0;

  /** `everyMs`: how often `look` is called; `now` and its later calls by the monotonic clock, milliseconds. */
  constructor(
    private readonly everyMs: number,
    private last: number,
  ) {}

  /** Something moved. */
  feed(): void {
    this.silence = 0;
  }

  look(now: number): void {
    this.silence += Math.min(now - this.last, 2 * this.everyMs);
    this.last = now;
  }

  get silentMs(): number {
    return this.silence;
  }
}
