import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/core';
import { Store } from '#libs/store';
import { isIntegrationId } from './integration/integration-id.js';
import {
  type IntegrationFilter,
  type Owned,
  type Owner,
  selectIntegration,
  selectIntegrations,
} from './integration-store.js';
import { full, lagging, stateOf } from './presenting.js';
import { countStates, lagOf } from './projections/deliveries/queries.js';
import { healthOf } from './projections/health/health.processor.js';
import { sinks } from './sinks/index.js';

const everySink = sinks.map(({ name }) => name);

/** Integrations as they were configured, joined with what the delivery processes said of them. */
@Injectable()
export class IntegrationReader {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async list(owner: Owner, filter: Omit<IntegrationFilter, 'sinks'>) {
    return this.joined(owner, await selectIntegrations(this.store, owner, { ...filter, sinks: everySink }));
  }

  async read(owner: Owner, id: string) {
    const stored = await this.find(owner, id);
    return stored && (await this.joined(owner, [stored]))[0];
  }

  async health(owner: Owner, id: string) {
    const stored = await this.find(owner, id);
    if (!stored) return undefined;
    const { organizationId } = owner;
    const [health, lag, deliveries] = await Promise.all([
      healthOf(this.store, organizationId, [id]),
      lagOf(this.store, organizationId, [id]),
      countStates(this.store, organizationId, id),
    ]);
    const { parked = null, lastDelivery = null, lastError = null } = health.get(id) ?? {};
    const state = stateOf(stored, health.get(id));
    return { id, state, parked, lastDelivery, lastError, ...lagging(lag.get(id), this.clock.millis()), deliveries };
  }

  /** Whether the delivery process has given up on it for now. */
  async isParked({ organizationId }: Owner, id: string): Promise<boolean> {
    const health = await healthOf(this.store, organizationId, [id]);
    return Boolean(health.get(id)?.parked);
  }

  private async find(owner: Owner, id: string): Promise<Owned | undefined> {
    return isIntegrationId(id) ? selectIntegration(this.store, owner, id) : undefined;
  }

  private async joined({ organizationId }: Owner, stored: readonly Owned[]) {
    const ids = stored.map(({ integrationId }) => integrationId);
    const [health, lag] = await Promise.all([
      healthOf(this.store, organizationId, ids),
      lagOf(this.store, organizationId, ids),
    ]);
    const now = this.clock.millis();
    return stored.map((one) => full(one, health.get(one.integrationId), lag.get(one.integrationId), now));
  }
}
