import { type Instant, instantOfMillis } from '#libs/core';
import { type ProcessorDefinition, type Received } from '#libs/runtime';
import { type Tx } from '#libs/store';

/** An event that came in from outside and may have caused an incident event: what it is called and where it lies. */
export interface Cause {
  readonly eventId: string;
  readonly organizationId: string;
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The broker's time stamp. */
  readonly writtenAt: Instant;
}

export const causeNames: ReadonlySet<string> = new Set([
  'AlertFired',
  'AlertResolved',
  'IssueOpened',
  'IssueObserved',
  'IssueClosed',
]);

/** Remembers where alerts and issues lie: `explain` names each hop with its topic, partition and offset. */
export function causesProcessor(topic: string): ProcessorDefinition {
  return {
    name: 'integrations.view.causes',
    topic,
    handles: causeNames,
    apply: (batch, { tx }) => insertCauses(tx, batch.map(causeOf)),
  };
}

export function causeOf({ event, position, timestamp }: Received): Cause {
  const { topic, partition, offset } = position;
  const { id: eventId, organizationId } = event.metadata;
  return { eventId, organizationId, name: event.name, topic, partition, offset, writtenAt: instantOfMillis(timestamp) };
}

/** An event that was written twice lies where it was read first. */
async function insertCauses(tx: Tx, causes: readonly Cause[]): Promise<void> {
  await tx.query(
    `insert into cause (event_id, organization_id, name, topic, partition, "offset", written_at)
     select "eventId", "organizationId", name, topic, partition, "offset", "writtenAt"
       from jsonb_to_recordset($1::jsonb) as g("eventId" text, "organizationId" text, name text, topic text, partition int,
              "offset" bigint, "writtenAt" timestamptz)
     on conflict do nothing`,
    [JSON.stringify(causes)],
  );
}

/** Where these events lie; those that are not known are absent. */
export async function selectCauses(tx: Tx, organizationId: string, eventIds: readonly string[]): Promise<Cause[]> {
  const { rows } = await tx.query<Cause>(
    `select event_id as "eventId", organization_id as "organizationId", name, topic, partition, "offset",
            written_at as "writtenAt"
       from cause where organization_id = $1 and event_id = any($2)`,
    [organizationId, eventIds],
  );
  return rows;
}
