import { type Tx } from '#libs/store';
import { type IntegrationDocument } from '../integration/integration.js';

/** An integration as the dispatcher has to know it. */
export interface RosterRow {
  readonly document: IntegrationDocument;
  /** The provider's code that parked it. */
  readonly parkedCode: string | null;
}

export async function selectRoster(tx: Tx, sink: string, ids: readonly string[]): Promise<readonly RosterRow[]> {
  const { rows } = await tx.query<RosterRow>(
    `select document, parked_code as "parkedCode" from integration where sink = $1 and integration_id = any($2)`,
    [sink, ids],
  );
  return rows;
}

/** What is due first of each class of an integration, and the version to know it by. */
export interface DueRow {
  readonly integrationId: string;
  readonly sequence: number;
  readonly parkedCode: string | null;
  readonly class: number;
  readonly due: number;
}

/** What is due until `until`, milliseconds: one probe of the index for each integration and class. */
export async function selectDue(tx: Tx, sink: string, until: number): Promise<readonly DueRow[]> {
  const { rows } = await tx.query<DueRow>(
    `select n.integration_id as "integrationId", n.sequence, n.parked_code as "parkedCode", c.class, l.due_at as due
       from integration n
      cross join unnest('{0,1,2,3}'::smallint[]) as c(class)
      cross join lateral (
        select due_at from lane
         where lane.sink = $1 and lane.integration_id = n.integration_id and lane.class = c.class
           and lane.due_at <= $2 and (lane.lease_until is null or lane.lease_until < now())
         order by due_at limit 1) l
      where n.sink = $1 and (n.deleted_at is null or n.deleted_at > now() - interval '7 days')`,
    [sink, until],
  );
  return rows;
}

/** Parks an integration as it was configured at `sequence`. Answers whether that is news: another code is. */
export async function park(
  tx: Tx,
  sink: string,
  { integrationId, sequence }: { readonly integrationId: string; readonly sequence: number },
  trouble: { readonly code: string; readonly remedy: string },
  probeAfter: number,
): Promise<boolean> {
  const { rows } = await tx.query<{ before: string | null }>(
    `with before as (
       select parked_code from integration where sink = $1 and integration_id = $2 and sequence = $3 for update)
     update integration
        set parked_code = $4, parked_remedy = $5, parked_at = coalesce(parked_at, now()),
            probe_at = now() + $6::double precision * interval '1 millisecond'
       from before
      where sink = $1 and integration_id = $2
     returning before.parked_code as before`,
    [sink, integrationId, sequence, trouble.code, trouble.remedy, probeAfter],
  );
  return rows.length > 0 && rows[0]!.before !== trouble.code;
}

/** Ends the parking. Answers whether it was parked. */
export async function unpark(tx: Tx, sink: string, integrationId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update integration set parked_code = null, parked_remedy = null, parked_at = null, probe_at = null
      where sink = $1 and integration_id = $2 and parked_code is not null`,
    [sink, integrationId],
  );
  return rowCount > 0;
}

/** The parked integrations that it is time to look at, taken so that no other process does; the next look is put off. */
export async function takeProbes(tx: Tx, sink: string, interval: number): Promise<readonly RosterRow[]> {
  const { rows } = await tx.query<RosterRow>(
    `update integration n set probe_at = now() + $2::double precision * interval '1 millisecond'
       from (select integration_id from integration
              where sink = $1 and parked_code is not null and status = 'active' and coalesce(probe_at, now()) <= now()
              order by probe_at limit 20 for update skip locked) due
      where n.sink = $1 and n.integration_id = due.integration_id
     returning n.document, n.parked_code as "parkedCode"`,
    [sink, interval],
  );
  return rows;
}
