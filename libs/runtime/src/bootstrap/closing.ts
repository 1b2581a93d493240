import { type Log } from '../logging/log.js';

/** What has to be closed again, in the order in which it was opened; closed the other way round. */
export class Closing {
  private readonly steps: { what: string; close: () => unknown }[] = [];

  constructor(private readonly log: Log) {}

  add(what: string, close: () => unknown): void {
    this.steps.push({ what, close });
  }

  /** Every step is taken, also after one that fails. */
  async closeAll(): Promise<void> {
    for (const { what, close } of this.steps.splice(0).reverse()) {
      try {
        await close();
        this.log.debug({ part: what }, 'closed');
      } catch (error) {
        this.log.warn({ part: what, err: error }, 'did not close cleanly');
      }
    }
  }
}
