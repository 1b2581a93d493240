import { type Tx } from '#libs/store';
import { type Cell, cellKey, type CellName } from '../cell/cell.js';

/**
 * Somebody else wrote one of the cells since it was read: a producer with another partitioner puts one cluster into two
 * partitions, or the partition has another owner. SQLSTATE 40001: the batch is rolled back and decided again.
 */
export class StateConflict extends Error {
  override readonly name = 'StateConflict';
  readonly code = '40001';
}

/** A cell as it was read: `version` counts its writes, 0 where there is none. */
export interface StoredCell {
  readonly name: CellName;
  readonly version: number;
  readonly cell: Cell;
}

/** A cell to write; `version` is the one that was read, `logPartition` the one of the telemetry it was last heard on. */
export interface ChangedCell extends StoredCell {
  readonly logPartition: number;
  readonly dueAt: number | undefined;
}

interface Row {
  organization_id: string;
  cluster_id: string;
  node_id: string;
  version: number;
  state: Cell;
}

const COLUMNS = 'organization_id, cluster_id, node_id, version, state';

/** The cells of these names, by `cellKey`; what is absent was never heard of. */
export async function loadCells(tx: Tx, names: readonly CellName[]): Promise<Map<string, StoredCell>> {
  if (names.length === 0) return new Map();
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS} from cell join unnest($1::text[], $2::text[], $3::text[]) as wanted (o, c, n)
     on organization_id = o and cluster_id = c and node_id = n`,
    [
      names.map(({ organizationId }) => organizationId),
      names.map(({ clusterId }) => clusterId),
      names.map(({ nodeId }) => nodeId),
    ],
  );
  return byKey(rows);
}

/** The cells of one cluster, which nobody writes until the transaction ends. */
export async function loadCluster(
  tx: Tx,
  { organizationId, clusterId }: Omit<CellName, 'nodeId'>,
): Promise<readonly (StoredCell & { logPartition: number })[]> {
  const { rows } = await tx.query<Row & { log_partition: number }>(
    `select ${COLUMNS}, log_partition from cell where organization_id = $1 and cluster_id = $2 order by node_id for update`,
    [organizationId, clusterId],
  );
  return rows.map((row) => ({ ...storedOf(row), logPartition: row.log_partition }));
}

/** Cells last heard on this partition that are due by `watermark` (milliseconds), the earliest first. */
export async function loadDue(
  tx: Tx,
  logPartition: number,
  watermark: number,
  limit: number,
): Promise<Map<string, StoredCell>> {
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS} from cell where log_partition = $1 and due_at <= $2 order by due_at limit $3`,
    [logPartition, watermark, limit],
  );
  return byKey(rows);
}

/** The first watermark at which a cell last heard on this partition is due; `Infinity` for none. */
export async function nextDue(tx: Tx, logPartition: number): Promise<number> {
  const { rows } = await tx.query<{ next: number | null }>(
    'select min(due_at) as next from cell where log_partition = $1 and due_at is not null',
    [logPartition],
  );
  return rows[0]?.next ?? Infinity;
}

/** Writes cells; answers how long the text of each state is. @throws StateConflict */
export async function saveCells(tx: Tx, cells: readonly ChangedCell[]): Promise<readonly number[]> {
  if (cells.length === 0) return [];
  const states = cells.map(({ cell }) => JSON.stringify(cell));
  const rows = cells.map(({ name, version, logPartition, dueAt }, index) => {
    const { organizationId, clusterId, nodeId } = name;
    const columns = { o: organizationId, c: clusterId, n: nodeId, p: logPartition, v: version + 1, d: dueAt ?? null };
    return { key: cellKey(name), text: `${JSON.stringify(columns).slice(0, -1)},"s":${states[index]!}}` };
  });
  // Two writers take their rows in one order, so neither waits for the other.
  rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  const { rowCount } = await tx.query(SAVE, [`[${rows.map(({ text }) => text).join(',')}]`]);
  if (rowCount !== cells.length) throw new StateConflict('a cell was written by another process meanwhile');
  return states.map(({ length }) => length);
}

function byKey(rows: readonly Row[]): Map<string, StoredCell> {
  return new Map(rows.map(storedOf).map((stored) => [cellKey(stored.name), stored]));
}

function storedOf({ organization_id, cluster_id, node_id, version, state }: Row): StoredCell {
  return { name: { organizationId: organization_id, clusterId: cluster_id, nodeId: node_id }, version, cell: state };
}

const SAVE = `
  insert into cell (organization_id, cluster_id, node_id, log_partition, version, due_at, state)
  select * from json_to_recordset($1) as row (o text, c text, n text, p integer, v bigint, d bigint, s json)
  on conflict (organization_id, cluster_id, node_id) do update
    set log_partition = excluded.log_partition, version = excluded.version, due_at = excluded.due_at, state = excluded.state
    where cell.version = excluded.version - 1`;
