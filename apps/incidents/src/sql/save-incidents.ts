import { prepared, type Tx } from '#libs/store';
import { type LoadedIncident } from '../commands/decide-tasks.js';
import { StateConflict } from './save-decisions.js';

const UNIQUE_VIOLATION = '23505';

/**
 * Writes incidents that are locked, or new.
 * @throws StateConflict where another process took a source's key meanwhile: tried again, it is known to be taken
 */
export async function saveIncidents(tx: Tx, incidents: readonly LoadedIncident[]): Promise<void> {
  if (incidents.length === 0) return;
  const rows = [...incidents].sort(byKeyThenId).map(rowOf);
  try {
    await tx.query(SAVE, [JSON.stringify(rows)]);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== UNIQUE_VIOLATION) throw error;
    throw new StateConflict('the id of a source was taken by another process meanwhile', { cause: error });
  }
}

/** A key that one incident gives up may be another's in the same statement. */
function byKeyThenId(a: LoadedIncident, b: LoadedIncident): number {
  return Number(a.sourceKey !== null) - Number(b.sourceKey !== null) || (a.incidentId < b.incidentId ? -1 : 1);
}

function rowOf({ incidentId, organizationId, sourceKey, version, state }: LoadedIncident) {
  const { pk } = state!;
  return { id: incidentId, organization_id: organizationId, pk, version: version + 1, state, source_key: sourceKey };
}

const SAVE = prepared(`
  insert into incident (incident_id, organization_id, pk, version, state, source_key)
  select * from json_to_recordset($1) as row (id uuid, organization_id text, pk bigint, version bigint, state json, source_key uuid)
  on conflict (incident_id) do update set version = excluded.version, state = excluded.state,
    source_key = excluded.source_key`);
