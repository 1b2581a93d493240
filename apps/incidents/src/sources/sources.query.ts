import { type Instant } from '#libs/core';
import { SOURCE_COLUMNS, SOURCE_TABLES, type SourceRow } from '#libs/runtime';
import { type Tx } from '#libs/store';

/** A source system and its signs of life. */
export interface SourceDocument extends SourceRow {
  readonly lastSeen: Instant | null;
  readonly heartbeatAt: Instant | null;
  /** Seconds; 0: not watched; null: as the installation says. */
  readonly heartbeatSeconds: number | null;
}

const COLUMNS = `${SOURCE_COLUMNS}, source.last_seen as "lastSeen", source.heartbeat_at as "heartbeatAt",
  source.heartbeat_seconds as "heartbeatSeconds"`;

/** Source systems of an organisation by pk, those after `after`. */
export async function listSources(
  tx: Tx,
  organizationId: string,
  after: number,
  limit: number,
): Promise<SourceDocument[]> {
  const { rows } = await tx.query<SourceDocument>(
    `select ${COLUMNS} from ${SOURCE_TABLES} where source.organization_id = $1 and source.pk > $2 order by source.pk limit $3`,
    [organizationId, after, limit],
  );
  return rows;
}

/** @returns whether the organisation has the source */
export async function setHeartbeat(
  tx: Tx,
  organizationId: string,
  pk: number,
  seconds: number | null,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update access.source set heartbeat_seconds = $3 where organization_id = $1 and pk = $2',
    [organizationId, pk, seconds],
  );
  return rowCount > 0;
}

/** The pk of the source with this UUID; undefined where the organisation has none. */
export async function pkOfSource(tx: Tx, organizationId: string, id: string): Promise<number | undefined> {
  const { rows } = await tx.query<{ pk: number }>(
    'select pk from access.source where organization_id = $1 and id = $2',
    [organizationId, id],
  );
  return rows[0]?.pk;
}
