import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Log } from '#libs/runtime';
import { PostgresLedger } from './postgres-ledger.js';

const EVERY = 10 * 60 * 1000;

/** Drops keys whose keeping time is over, now and then. Replicas may do so at the same time. */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly ledger: PostgresLedger,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.sweep(), EVERY);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async sweep(): Promise<void> {
    try {
      const dropped = await this.ledger.sweep();
      this.log.debug({ dropped }, 'swept idempotency keys');
    } catch (error) {
      this.log.warn({ err: error }, 'idempotency keys could not be swept');
    }
  }
}
