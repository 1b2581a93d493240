import { HEADERS } from '#libs/contracts';
import { derivedId, isUuid } from '#libs/core';
import { type StreamRecord } from '#libs/event-stream';
import { copyRow, type StoreTx } from '#libs/store';
import { type DeadLetterReadModel, type ProjectionContext, type TableOf } from '../read-model.js';
import { deadLettersProjection, type ReceivedLetter, receivedLetter } from './dead-letters.projection.js';
import { deadLetterView } from './dead-letters.views.js';

/** Id of a letter's row: ours are UUIDs, a foreign writer of the topic may have chosen otherwise. */
export function letterRowId(id: string): string {
  return isUuid(id) ? id.toLowerCase() : derivedId(id);
}

async function applyRecords(
  records: readonly StreamRecord[],
  tx: StoreTx,
  tableOf: TableOf,
  { tenants }: ProjectionContext,
): Promise<void> {
  const letters = new Map<string, ReceivedLetter>();
  for (const record of records) {
    const received = receivedLetter(record);
    const id = received && letterRowId(received.letter.id);
    if (received && id !== undefined && !letters.has(id)) letters.set(id, received);
  }
  if (letters.size === 0) return;
  const rows: string[] = [];
  for (const [id, received] of letters) rows.push(rowOf(await ownerOf(received, tenants), id, received));
  const table = tableOf(deadLetterView.name);
  const stage = `stage_${table}`;
  await tx.query(`create temporary table if not exists ${stage} (like ${table}) on commit delete rows`);
  await tx.copyIn(`copy pg_temp.${stage} from stdin`, rows);
  await tx.query(`insert into ${table} select * from pg_temp.${stage} on conflict do nothing`);
}

/**
 * Whose letter it is: the organisation that the record names in its header, where there is one; what names nobody, or
 * somebody unknown, is the first organisation's, which runs the installation.
 */
async function ownerOf({ letter }: ReceivedLetter, tenants: ProjectionContext['tenants']): Promise<string> {
  const named = letter.headers[HEADERS.organizationId];
  if (named !== undefined && (await tenants.isKnown(named))) return named;
  return (await tenants.defaultTenant()).organizationId;
}

function rowOf(organizationId: string, id: string, received: ReceivedLetter): string {
  const { key, value, ...letter } = received.letter;
  const document = deadLettersProjection.evolve(undefined, received);
  return copyRow([
    organizationId,
    id,
    received.at,
    JSON.stringify(document),
    JSON.stringify({ ...letter, key: key?.toString('base64') ?? null }),
    value,
  ]);
}

export const deadLettersReadModel: DeadLetterReadModel = {
  name: deadLettersProjection.name,
  version: deadLettersProjection.version,
  views: [deadLetterView],
  from: 'deadLetters',
  applyRecords,
};
