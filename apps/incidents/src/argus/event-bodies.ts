import { type IncidentEventType, incidentEventTypes } from '#libs/contracts';
import { compareInstants, type Instant } from '#libs/core';
import { invalidObject } from './argus-error.js';
import { type Body } from './body.js';
import { check, checked, optional, type Outcome, type Reader, required } from './fields.js';
import { datetime, list, pythonType, text } from './readers.js';
import { choice, integer } from './readers.js';

export interface EventBody {
  readonly type: IncidentEventType;
  readonly timestamp?: Instant | undefined;
  readonly description?: string | undefined;
}

export interface AckBody {
  readonly timestamp?: Instant | undefined;
  readonly description?: string | undefined;
  readonly expiration?: Instant | null | undefined;
}

const description = optional(text({ blank: true }), { blank: true });

function eventFields(zone: string) {
  return { type: required(choice(incidentEventTypes)), timestamp: optional(datetime(zone)), description };
}

/** @throws ArgusError 400 (reference argus.md 1.6) */
export function postedEvent(body: Body, zone: string): EventBody {
  return checked(body, eventFields(zone));
}

function ackFields(zone: string) {
  const expiration = optional(datetime(zone), { nullable: true });
  return { timestamp: required(datetime(zone)), description, expiration };
}

/**
 * Flat in version 2, its event nested in version 1, where people may leave out the time (reference argus.md 1.7).
 * @throws ArgusError 400
 */
export function postedAck(body: Body, { zone, version }: { zone: string; version: 1 | 2 }): AckBody {
  const ack = version === 1 ? nestedAck(body, zone) : checked(body, ackFields(zone));
  refuseEarlyExpiration(ack);
  return ack;
}

function nestedAck(body: Body, zone: string): AckBody {
  const event = { timestamp: optional(datetime(zone)), description };
  const { expiration } = ackFields(zone);
  const { event: said, ...rest } = checked(body, { event: required(object(body.form, event)), expiration });
  return { ...(said as { timestamp?: Instant; description?: string }), ...rest };
}

function refuseEarlyExpiration({ timestamp, expiration }: AckBody): void {
  if (timestamp !== undefined && expiration && compareInstants(expiration, timestamp) <= 0) {
    throw invalidObject("'expiration' is earlier than creation timestamp.");
  }
}

/** The new expiration; absent is null, which is for ever (reference 9.7). @throws ArgusError 400 */
export function changedExpiration(body: Body, zone: string): Instant | null {
  const { expiration } = ackFields(zone);
  return checked(body, { expiration }).expiration ?? null;
}

/** Ids of a bulk action: Argus has no bound; this one keeps it one transaction. */
const MAX_IDS = 10_000;

const ids: Reader<readonly number[]> = (value) => {
  const outcome = list(integer)(value);
  const many = 'value' in outcome && outcome.value.length > MAX_IDS;
  return many ? { errors: [`Ensure this field has no more than ${MAX_IDS} elements.`] } : outcome;
};

/** @throws ArgusError 400 (reference argus.md 1.10) */
export function bulkEvent(body: Body, zone: string): { ids: readonly number[]; event: EventBody } {
  const fields = { ...eventFields(zone), timestamp: required(datetime(zone)) };
  const read = checked(body, { ids: required(ids), event: required(object(body.form, fields)) });
  return { ids: read.ids, event: read.event as EventBody };
}

/** @throws ArgusError 400 */
export function bulkAck(body: Body, zone: string): { ids: readonly number[]; ack: AckBody } {
  const read = checked(body, { ids: required(ids), ack: required(object(body.form, ackFields(zone))) });
  const ack = read.ack as AckBody;
  refuseEarlyExpiration(ack);
  return { ids: read.ids, ack };
}

/** @throws ArgusError 400 */
export function bulkTicketUrl(body: Body): { ids: readonly number[]; ticketUrl: string } {
  const read = checked(body, {
    ids: required(ids),
    ticket_url: required(text({ blank: true, max: 8192 }), { blank: true }),
  });
  return { ids: read.ids, ticketUrl: read.ticket_url };
}

function object(form: boolean, fields: Parameters<typeof check>[1]): Reader<unknown> {
  return (value): Outcome<unknown> => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return check({ values: value as Record<string, unknown>, form }, fields);
    }
    const sentence = `Invalid data. Expected a dictionary, but got ${pythonType(value)}.`;
    return { errors: { non_field_errors: [sentence] } };
  };
}
