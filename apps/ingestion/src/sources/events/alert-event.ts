import { AlertFired, type EventType, fingerprintOf, type PayloadOf } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { faultOfFuture } from '../../ahead.js';
import { isEmpty, withoutEmpty } from '../../alert-fields.js';
import { type Draft, Refusal, type SourceContext } from '../../source.js';
import { type GivenMetadata } from './given-metadata.js';

type AlertPayload = PayloadOf<typeof AlertFired>;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * An `AlertFired` or `AlertResolved` that comes as an event, held to what holds for every alert: the token's
 * partitions, labels without empty ones, our fingerprint, no start more than an hour ahead. `payload` is what the
 * schema made; it is completed in place.
 */
export function alertEvent(
  type: EventType,
  payload: unknown,
  given: GivenMetadata,
  index: number,
  context: SourceContext,
): Draft | Refusal {
  const alert = payload as Mutable<AlertPayload>;
  if (context.partitions && !context.partitions.includes(alert.partition)) {
    return new Refusal('forbidden', 'payload.partition: this token may not write to it');
  }
  alert.labels = withoutEmpty(alert.labels);
  if (isEmpty(alert.labels)) return new Refusal('rule', 'payload.labels: expected at least one');
  const tooEarly = faultOfFuture(alert.startsAt, 'payload.startsAt', context.now);
  if (tooEarly) return tooEarly;
  alert.fingerprint = fingerprintOf(alert.labels);
  const time = given.time ?? timeOf(type, alert);
  const subject = type.subjectOf(alert);
  return { index, name: type.name, payload: alert, schemaVersion: type.version, time, subject, given };
}

function timeOf(type: EventType, { startsAt, endsAt }: AlertPayload): Instant {
  return type.name === AlertFired.name ? startsAt : (endsAt ?? startsAt);
}
