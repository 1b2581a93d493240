import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '#libs/core';
import { announceOrganizations, registerStoredTokens, Transactor } from '#libs/runtime';

/** Tokens that one transaction registers. */
const CHUNK = 200;

/**
 * At the start: what was made without a registry (by a first start, or by an older version) is registered and put on the
 * log. Each row remembers that it was, and the events' ids are derived: a repeat is the same event.
 */
@Injectable()
export class Registrar implements OnApplicationBootstrap {
  constructor(
    private readonly transactor: Transactor,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.transactor.transact((unit) => announceOrganizations(unit));
    for (let count = CHUNK; count === CHUNK;) {
      count = await this.transactor.transact((unit) => registerStoredTokens(unit, CHUNK, this.clock.now()));
    }
  }
}
