import { type ArgusClient } from './client.js';
import { isDuplicate, Refused } from './errors.js';
import { type Operation } from './operation.js';
import { differencesOf, openAtServer, type SnapshotAnswer, type SnapshotBody } from './snapshot.js';
import { type NewIncident } from './wire.js';

/** `done`: it had its effect now. `already`: the server was so before. */
export type Effect = 'done' | 'already';

/**
 * Gets one operation done. It may be done again at any time, also when the answer to an earlier try was lost: the server is
 * asked what it has wherever a second effect would be possible.
 * @param tried whether an earlier try may have had its effect
 * @throws ArgusError, NoAnswer, or Refused when there is nothing to do it to
 */
export async function perform(client: ArgusClient, operation: Operation, tried: boolean): Promise<Effect> {
  switch (operation.kind) {
    case 'open':
      return open(client, operation.incident);
    case 'close':
      return close(client, operation.id, operation.time, operation.description);
    case 'note':
      return note(client, operation, tried);
    case 'change':
      await client.update((await existing(client, operation.id)).pk, operation.changes);
      return 'done';
    case 'snapshot': {
      const { opened, closed } = await synchronise(client, operation.snapshot);
      return opened + closed > 0 ? 'done' : 'already';
    }
  }
}

async function open(client: ArgusClient, incident: NewIncident): Promise<Effect> {
  try {
    await client.create(incident);
    return 'done';
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return reopen(client, incident, error);
  }
}

/** An id that comes again after its end is a restart. One that began before that end was this very one. */
async function reopen(client: ArgusClient, incident: NewIncident, duplicate: unknown): Promise<Effect> {
  const there = await client.findMine(incident.source_incident_id);
  if (!there) throw duplicate;
  const isOver = there.stateful && !there.open && incident.end_time === undefined;
  if (!isOver || Date.parse(incident.start_time) <= Date.parse(there.end_time ?? '')) return 'already';
  await client.postEvent(there.pk, {
    type: 'RES',
    timestamp: incident.start_time,
    description: incident.description,
  });
  return 'done';
}

/** What is not there need not be closed. */
async function close(client: ArgusClient, id: string, timestamp: string, description: string): Promise<Effect> {
  const there = await client.findMine(id);
  if (!there?.open) return 'already';
  await client.postEvent(there.pk, { type: 'END', timestamp, description });
  return 'done';
}

/** A note has no id of its own: its time and words tell whether it is there. */
async function note(
  client: ArgusClient,
  { id, time, description }: Extract<Operation, { kind: 'note' }>,
  tried: boolean,
): Promise<Effect> {
  const { pk } = await existing(client, id);
  if (tried) {
    const events = await client.events(pk);
    const same = events.some(
      (event) => event.description === description && Date.parse(event.timestamp) === Date.parse(time),
    );
    if (same) return 'already';
  }
  await client.postEvent(pk, { type: 'OTH', timestamp: time, description });
  return 'done';
}

async function existing(client: ArgusClient, id: string): Promise<{ readonly pk: number }> {
  const there = await client.findMine(id);
  if (!there) throw new Refused(`there is no incident with the source_incident_id ${id}`);
  return there;
}

/** Tocsin derives what is missing itself; of any other server the open list is compared here. */
async function synchronise(client: ArgusClient, snapshot: SnapshotBody): Promise<SnapshotAnswer> {
  const answer = await client.snapshot(snapshot);
  if (answer) return answer;
  const differences = differencesOf(snapshot, await openAtServer(client));
  for (const incident of differences.open) await open(client, incident);
  const end = { type: 'END', timestamp: snapshot.at, description: 'Not open any more at its source' } as const;
  for (const { pk } of differences.close) await client.postEvent(pk, end);
  return { opened: differences.open.length, closed: differences.close.length };
}
