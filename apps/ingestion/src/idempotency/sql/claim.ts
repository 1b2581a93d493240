import { type Tx } from '#libs/store';
import { type Claim, KEPT, LEASE } from '../ledger.js';

/**
 * Takes the keys that nobody has, whose keeping time is over, or whose lease ended unanswered under the same body;
 * answers those taken. In the order of the keys, so that two requests cannot lock each other.
 */
export async function claimKeys(tx: Tx, claims: readonly Claim[]): Promise<readonly Buffer[]> {
  const { rows } = await tx.query<{ key: Buffer }>(
    `insert into idempotency as held (key, body, lease_until)
     select key, body, now() + $3 * interval '1 second' from unnest($1::bytea[], $2::bytea[]) as claim (key, body) order by key
     on conflict (key) do update
       set body = excluded.body, lease_until = excluded.lease_until, answer = null, created_at = now()
       where held.created_at < now() - $4 * interval '1 hour'
          or (held.answer is null and held.lease_until < now() and held.body = excluded.body)
     returning key`,
    [claims.map(({ key }) => key), claims.map(({ body }) => body), LEASE, KEPT],
  );
  return rows.map(({ key }) => key);
}
