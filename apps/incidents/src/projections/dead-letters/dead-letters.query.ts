import { type Instant } from '#libs/core';
import { type DeadLetter } from '#libs/runtime';
import { type Tx } from '#libs/store';
import { type DeadLetterDocument } from './dead-letters.projection.js';
import { letterRowId } from './dead-letters.read-model.js';

/** A dead letter of the list, and when it was replayed. */
export interface ListedLetter extends DeadLetterDocument {
  readonly replayedAt: Instant | null;
}

/** Dead letters of an organisation, the newest first. `after`: time and row id of the last one before. */
export async function findDeadLetters(
  tx: Tx,
  organizationId: string,
  limit: number,
  after: readonly [Instant, string] | undefined,
): Promise<readonly { id: string; at: Instant; letter: ListedLetter }[]> {
  const { rows } = await tx.query<{ id: string; at: Instant; document: string; replayedAt: Instant | null }>(
    `select letter.id, letter.at, letter.document, replay.replayed_at as "replayedAt"
     from view_dead_letter as letter
     left join dead_letter_replay as replay using (organization_id, id)
     where letter.organization_id = $1
       and ($2::timestamptz is null or (letter.at <= $2 and (letter.at, letter.id) < ($2, $3::uuid)))
     order by letter.at desc, letter.id desc limit $4`,
    [organizationId, after?.[0] ?? null, after?.[1] ?? null, limit],
  );
  return rows.map(({ id, at, document, replayedAt }) => ({
    id,
    at,
    letter: { ...(JSON.parse(document) as DeadLetterDocument), replayedAt },
  }));
}

/** The whole letter, bytes included. */
export async function findDeadLetter(tx: Tx, organizationId: string, id: string): Promise<DeadLetter | undefined> {
  const { rows } = await tx.query<{
    letter: Omit<DeadLetter, 'key' | 'value'> & { key: string | null };
    value: Buffer | null;
  }>('select letter, value from view_dead_letter where organization_id = $1 and id = $2', [
    organizationId,
    letterRowId(id),
  ]);
  const row = rows[0];
  if (!row) return undefined;
  const { key, ...letter } = row.letter;
  return { ...letter, key: key === null ? null : Buffer.from(key, 'base64'), value: row.value };
}

/** Notes that a letter is replayed. False where it was before. */
export async function noteReplay(
  tx: Tx,
  { organizationId, tokenId }: { organizationId: string; tokenId: string },
  id: string,
  now: Instant,
): Promise<{ first: boolean; replayedAt: Instant }> {
  const { rows } = await tx.query<{ first: boolean; replayedAt: Instant }>(
    `with noted as (
       insert into dead_letter_replay (organization_id, id, replayed_at, replayed_by) values ($1, $2, $3, $4)
       on conflict do nothing returning replayed_at
     )
     select true as first, replayed_at as "replayedAt" from noted
     union all
     select false, replayed_at from dead_letter_replay where organization_id = $1 and id = $2
     order by first desc limit 1`,
    [organizationId, letterRowId(id), now, tokenId],
  );
  return rows[0] ?? { first: false, replayedAt: now };
}
