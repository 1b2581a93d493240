import { setTimeout as pause } from 'node:timers/promises';
import { type Store } from '#libs/store';
import { type UnitOfWork } from '../processor.js';
import { type OutboxRelay } from './outbox-relay.js';
import { OutboxUnit } from './outbox-unit.js';

/** Commands: state and outbox in one transaction. */
export abstract class Transactor {
  /**
   * Runs `work` in one transaction and publishes what it emitted once that is committed. Deadlocks and serialization
   * failures are tried again, up to three times, so `work` must not have effects of its own.
   * @throws CommitUnknown when the answer to COMMIT was lost: the command may or may not have been done
   */
  abstract transact<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T>;
}

const TRIES = 3;

export class StoreTransactor extends Transactor {
  constructor(
    private readonly store: Store,
    private readonly relay: OutboxRelay,
    private readonly eventsTopic: string,
  ) {
    super();
  }

  async transact<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(work);
      } catch (error) {
        if (attempt === TRIES || !isConflict(error)) throw error;
        await pause(attempt * 10);
      }
    }
  }

  private async once<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T> {
    const { result, shards } = await this.store.transaction(async (tx) => {
      const unit = new OutboxUnit(tx, this.eventsTopic);
      const result = await work(unit);
      return { result, shards: await unit.flush(this.store.schema) };
    });
    if (shards.size > 0) this.relay.wake(shards);
    return result;
  }
}

/** Deadlock or serialization failure: the transaction was rolled back because of another one. */
function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '40P01' || error.code === '40001');
}
