/** A cluster was removed, or registered (again). Milliseconds. */
export interface ClusterTurn {
  readonly at: number;
  readonly removed: boolean;
  /** Id of the event that said so. */
  readonly eventId: string;
}

/** When a cluster was there: decided by the samples' own time, so that reading them again finds the same. */
export class ClusterLife {
  /** `turns` in order of time. */
  constructor(private readonly turns: readonly ClusterTurn[]) {}

  /** Whether a sample of that time counts for nothing: it was taken after the removal, before the next registration. */
  isOver(at: number): boolean {
    const last = this.turns.findLast((turn) => (turn.removed ? turn.at < at : turn.at <= at));
    return last?.removed === true;
  }

  /** Removals after `done` and before `at`, in order. */
  removals(done: number | undefined, at: number): readonly ClusterTurn[] {
    return this.turns.filter((turn) => turn.removed && turn.at < at && turn.at > (done ?? Number.NEGATIVE_INFINITY));
  }
}

/** Of a cluster that was never removed. */
export const unbroken = new ClusterLife([]);
