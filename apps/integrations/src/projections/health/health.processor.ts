import { type EventEnvelope } from '#libs/contracts';
import { type ProcessorDefinition } from '#libs/runtime';
import { type Tx } from '#libs/store';
import { type Health, healthProjection } from './health.projection.js';

/** Folds what the delivery processes say into one document an integration. */
export function healthProcessor(topic: string): ProcessorDefinition {
  return {
    name: 'integrations.view.health',
    topic,
    handles: healthProjection.handles,
    async apply(batch, { tx }) {
      const events = batch.map(({ event }) => event);
      const documents = await selectHealth(tx, [...new Set(events.map((event) => healthProjection.idOf(event)))]);
      await upsertHealth(tx, foldInto(documents, events));
    },
  };
}

/** The documents that the events changed, whole. */
function foldInto(documents: ReadonlyMap<string, Health>, events: readonly EventEnvelope[]): Health[] {
  const folded = new Map<string, Health>();
  for (const event of events) {
    const id = healthProjection.idOf(event);
    const before = folded.get(id) ?? documents.get(id);
    // An integration belongs to one organisation: a record that says otherwise is a foreign producer's mistake.
    if (before && before.organizationId !== event.metadata.organizationId) continue;
    const after = healthProjection.evolve(before, event);
    if (after) folded.set(id, after);
  }
  return [...folded.values()];
}

async function selectHealth(tx: Tx, integrationIds: readonly string[]): Promise<Map<string, Health>> {
  const { rows } = await tx.query<{ document: Health }>(
    'select document from integration_health where integration_id = any($1)',
    [integrationIds],
  );
  return new Map(rows.map(({ document }) => [document.integrationId, document]));
}

async function upsertHealth(tx: Tx, documents: readonly Health[]): Promise<void> {
  await tx.query(
    `insert into integration_health (integration_id, organization_id, document)
     select document->>'integrationId', document->>'organizationId', document
       from jsonb_array_elements($1::jsonb) as document
     on conflict (integration_id) do update set document = excluded.document`,
    [JSON.stringify(documents)],
  );
}

/** The health of integrations of one organisation, by integration. */
export async function healthOf(
  tx: Tx,
  organizationId: string,
  integrationIds: readonly string[],
): Promise<Map<string, Health>> {
  const { rows } = await tx.query<{ document: Health }>(
    'select document from integration_health where organization_id = $1 and integration_id = any($2)',
    [organizationId, integrationIds],
  );
  return new Map(rows.map(({ document }) => [document.integrationId, document]));
}
