import { type Received } from '#libs/runtime';

/** Of the events of a partition, how many of the last are remembered. */
const REMEMBERED = 50_000;

/**
 * The alerts that the last events of each partition followed from. An alert that has consequences was decided, and so
 * was everything before it in its partition: from the next one on it is for the processor to decide.
 */
export class Causes {
  private readonly byPartition = new Map<number, string[]>();

  /** When the last of them was written, milliseconds. */
  latest = 0;

  take(batch: readonly Received[]): void {
    for (const { event, position, timestamp } of batch) {
      this.latest = Math.max(this.latest, timestamp);
      const { causationId } = event.metadata;
      if (causationId === null) continue;
      const known = this.byPartition.get(position.partition) ?? [];
      known.push(causationId);
      if (known.length > 2 * REMEMBERED) known.splice(0, REMEMBERED);
      this.byPartition.set(position.partition, known);
    }
  }

  ids(): ReadonlySet<string> {
    return new Set([...this.byPartition.values()].flatMap((ids) => ids.slice(-REMEMBERED)));
  }
}
