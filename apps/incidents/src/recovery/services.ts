import { derivedId } from '#libs/core';
import { type Received } from '#libs/runtime';
import { type Tx } from '#libs/store';
import { type StatusEnvelope } from '../projections/services/services.projection.js';

export const STATUS_EVENTS: ReadonlySet<string> = new Set(['ServiceStatusChanged', 'ServiceStatusObserved']);

/** Puts observations back, in their order; one that was published again as a change is one. */
export async function recoverServices(tx: Tx, batch: readonly Received[]): Promise<void> {
  const events = batch.map(({ event }) => event).filter(({ name }) => STATUS_EVENTS.has(name)) as StatusEnvelope[];
  if (events.length === 0) return;
  const rows = events.map(({ name, payload, metadata }, place) => ({
    id: derivedId(metadata.organizationId.toLowerCase(), payload.key),
    organization_id: metadata.organizationId.toLowerCase(),
    key: payload.key,
    time: payload.time,
    fingerprint: payload.fingerprint ?? '',
    status: payload.status,
    description: payload.description,
    changed: name === 'ServiceStatusChanged',
    place,
  }));
  await tx.query(RESTORE, [JSON.stringify(rows).replaceAll('\\u0000', '\\ufffd')]);
}

const RESTORE = `
  with given as (
    select distinct on (id, time, fingerprint, lower(status)) *, bool_or(changed) over same as is_change
    from jsonb_to_recordset($1) as row (id uuid, organization_id text, key text, time timestamptz, fingerprint text,
      status text, description text, changed boolean, place integer)
    window same as (partition by id, time, fingerprint, lower(status))
    order by id, time, fingerprint, lower(status), place
  ), services as (
    insert into service_status (id, organization_id, key, version, alerts)
    select distinct on (id) id, organization_id, key, 1, '[]'::jsonb from given order by id on conflict do nothing
  ), promoted as (
    update service_observation as stored set changed = true from given
    where is_change and stored.service_id = given.id and stored.time = given.time
      and stored.fingerprint = given.fingerprint and lower(stored.status) = lower(given.status)
  )
  insert into service_observation (service_id, time, fingerprint, status, description, changed)
  select id, time, fingerprint, status, description, is_change from given
  where not exists (
    select from service_observation as stored
    where stored.service_id = given.id and stored.time = given.time
      and stored.fingerprint = given.fingerprint and lower(stored.status) = lower(given.status))
  order by place`;
