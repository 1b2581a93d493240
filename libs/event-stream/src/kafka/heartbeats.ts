import { Changes } from '../changes.js';

/**
 * Heartbeats while handlers work; between batches kafkajs sends them itself (K3). They stop with the first error, which
 * is kept for the loop: only what the loop throws makes kafkajs join again.
 */
export class Heartbeats {
  error: Error | undefined;
  private working = 0;
  private beat: (() => Promise<void>) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly resting = new Changes();

  /** `lost` is told of the first error, and whether it only says that the group is about to be divided anew. */
  constructor(
    private readonly everyMs: number,
    private readonly lost: (rebalancing: boolean) => void,
  ) {}

  /** A handler begins; `beat` sends a heartbeat where one is due. */
  enter(beat: () => Promise<void>): void {
    this.beat = beat;
    this.working += 1;
    this.timer ??= setInterval(() => void this.send(), this.everyMs);
  }

  leave(): void {
    this.working -= 1;
    if (this.working > 0) return;
    this.stop();
    this.resting.notify();
  }

  /** Resolves when no handler works. */
  rest(): Promise<void> {
    return this.resting.until(() => this.working === 0);
  }

  async send(): Promise<void> {
    if (this.error) return;
    try {
      await this.beat?.();
    } catch (error) {
      if (this.error) return;
      this.error = error as Error;
      this.lost((error as { type?: string }).type === 'REBALANCE_IN_PROGRESS');
    }
  }

  /** Joined again: what was wrong before does not count any more. */
  reset(): void {
    this.error = undefined;
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
