import { type EventEnvelope } from '#libs/contracts';
import { type RecoveryContext } from '#libs/runtime';
import { type Tx } from '#libs/store';
import { evolve, type IntegrationEvent } from '../integration/integration.js';
import { type Owned, upsertIntegration } from '../integration-store.js';

const EVENTS: ReadonlySet<string> = new Set([
  'IntegrationCreated',
  'IntegrationUpdated',
  'IntegrationDeleted',
  'IntegrationPaused',
  'IntegrationResumed',
]);

/** Takes back the integrations, their secrets as sealed as they were. What is known of deliveries fills itself. */
export async function recover({ store, history }: RecoveryContext): Promise<void> {
  await store.query('truncate integration');
  const integrations = new Map<string, Owned>();
  for await (const batch of history.events(EVENTS)) {
    for (const { event } of batch) take(integrations, event);
  }
  await store.transaction((tx) => saveAll(tx, [...integrations.values()]));
}

/** Events of other producers about an integration of somebody else are left out, as are repeats. */
function take(integrations: Map<string, Owned>, { name, payload, metadata }: EventEnvelope): void {
  const { integrationId, sequence } = payload as IntegrationEvent['payload'];
  const before = integrations.get(integrationId);
  const { organizationId, projectId } = metadata;
  if (before && (before.organizationId !== organizationId || sequence <= before.sequence)) return;
  const after = evolve(before, { name, payload, at: metadata.time } as IntegrationEvent);
  if (after) integrations.set(integrationId, { ...after, organizationId, projectId });
}

async function saveAll(tx: Tx, integrations: readonly Owned[]): Promise<void> {
  for (const integration of integrations) await upsertIntegration(tx, integration);
}
