import { type EventEnvelope, type EventType, makeEvent } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { type Tx } from '#libs/store';

/** Whose source systems and users these are. */
export interface Owner {
  readonly organizationId: string;
  readonly projectId: string;
}

/** One transaction, and the events that leave with it. */
export interface RegistryUnit {
  readonly tx: Tx;
  emit(event: EventEnvelope): void;
}

/** Any number that nothing else locks; with the organisation's hash it serialises what is registered there. */
const REGISTRATION = 7_406_102;

/** Until the transaction ends nobody else registers anything of the organisation: numbers are not lost in races. */
export async function lockRegistration(tx: Tx, organizationId: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [REGISTRATION, organizationId]);
}

/** An event of the registry; the same `id` is the same event, however often it is said. */
export function registryEvent<Name extends string, Payload>(
  type: EventType<Name, Payload>,
  payload: Payload,
  { organizationId, projectId, id, at }: Owner & { readonly id: string; readonly at: Instant },
): EventEnvelope<Name, Payload> {
  return makeEvent(type, payload, {
    id,
    time: at,
    recordedAt: at,
    source: 'tocsin',
    organizationId,
    projectId,
  });
}
