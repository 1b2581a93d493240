import { type Owned } from './integration-store.js';
import { type Health } from './projections/health/health.projection.js';
import { type Lag } from './projections/deliveries/queries.js';
import { sinkNamed } from './sinks/index.js';

/** An integration as the compatible API shows it: nothing that its clients do not know (reference 1.1, 1.6b). */
export interface CompatibleIntegration {
  readonly id: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly description: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly status: 'active' | 'deleted';
  readonly created: string;
  readonly updated: string;
}

export function compatible(integration: Owned): CompatibleIntegration {
  const { integrationId: id, organizationId, projectId, description, created, updated } = integration;
  const status = integration.status === 'deleted' ? 'deleted' : 'active';
  return { id, organizationId, projectId, description, data: dataOf(integration), status, created, updated };
}

/** Sink, source, plain settings, and masks where secrets are: those under keys of their own (reference 1.2). */
export function dataOf({ sink, source, data, masks }: Owned): Record<string, unknown> {
  const shown: Record<string, unknown> = { sink, source };
  for (const { name, kind, secret } of sinkNamed(sink)?.fields ?? []) {
    if (secret) {
      if (secret.masked && masks[name] !== undefined) shown[secret.masked] = masks[name];
    } else if (data[name] !== undefined) shown[name] = data[name];
    else if (kind === 'list') shown[name] = [];
  }
  return shown;
}

export type State = 'active' | 'paused' | 'parked' | 'deleted';

/** What people did with it counts before what the delivery process made of it. */
export function stateOf({ status }: Pick<Owned, 'status'>, health: Health | undefined): State {
  return status === 'active' && health?.parked ? 'parked' : status;
}

/** An integration as our own API shows it. `now` is in milliseconds. */
export function full(integration: Owned, health: Health | undefined, lag: Lag | undefined, now: number) {
  const { status: _, ...common } = compatible(integration);
  return {
    ...common,
    filters: integration.filters,
    state: stateOf(integration, health),
    lastDelivery: health?.lastDelivery ?? null,
    lastError: health?.lastError ?? null,
    ...lagging(lag, now),
  };
}

/** `lag` counts what waits, `lagSeconds` is the age of the oldest of it. */
export function lagging(lag: Lag | undefined, now: number): { lag: number; lagSeconds: number } {
  if (!lag?.oldest) return { lag: 0, lagSeconds: 0 };
  return { lag: lag.pending, lagSeconds: Math.max(0, Math.round((now - Date.parse(lag.oldest)) / 1000)) };
}
