import { type Instant, instantOfMillis } from './instant.js';

/** Where a shell takes the time from; rules never hold one. */
export abstract class Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  abstract millis(): number;

  now(): Instant {
    return instantOfMillis(this.millis());
  }
}

/** The machine's clock. Many ask within one millisecond: its text is made once. */
export class SystemClock extends Clock {
  private at = Number.NaN;
  private text = '';

  millis(): number {
    return Date.now();
  }

  override now(): Instant {
    const millis = this.millis();
    if (millis !== this.at) {
      this.at = millis;
      this.text = instantOfMillis(millis);
    }
    return this.text;
  }
}

/** A clock that stands still until it is told otherwise: for specs and replays. */
export class ManualClock extends Clock {
  constructor(private at: number) {
    super();
  }

  millis(): number {
    return this.at;
  }

  set(millis: number): void {
    this.at = millis;
  }

  advance(millis: number): void {
    this.at += millis;
  }
}
