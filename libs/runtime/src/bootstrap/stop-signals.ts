const STOP_LIMIT_MS = 25_000;

/** What of the process is needed here; a spec passes its own. */
export interface ProcessLike {
  on(event: 'SIGTERM' | 'SIGINT' | 'disconnect', listener: () => void): unknown;
  exit(code: number): void;
}

/**
 * Turns SIGTERM, SIGINT and the end of the channel to the process that started this one into one orderly stop: exit 0
 * when it is done, 1 when it fails or takes longer than 25 s. The second signal ends the process at once.
 */
export class StopSignals {
  asked = false;
  private stop: (() => Promise<void>) | undefined;

  constructor(
    private readonly target: ProcessLike,
    private readonly limit = STOP_LIMIT_MS,
  ) {
    target.on('SIGTERM', () => this.signal());
    target.on('SIGINT', () => this.signal());
    target.on('disconnect', () => this.ask());
  }

  /** What to do when asked; at once where it was asked before. */
  whenAsked(stop: () => Promise<void>): void {
    this.stop = stop;
    if (this.asked) this.run(stop);
  }

  private signal(): void {
    if (this.asked) this.target.exit(1);
    else this.ask();
  }

  private ask(): void {
    if (this.asked) return;
    this.asked = true;
    if (this.stop) this.run(this.stop);
  }

  private run(stop: () => Promise<void>): void {
    setTimeout(() => this.target.exit(1), this.limit).unref();
    stop().then(
      () => this.target.exit(0),
      () => this.target.exit(1),
    );
  }
}
