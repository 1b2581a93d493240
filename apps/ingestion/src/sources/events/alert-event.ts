import { AlertFired, type EventType, fingerprintOf, type Labels, type PayloadOf } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { faultOfFuture } from '../../alert-fields.js';
import { type Draft, Refusal, type SourceContext } from '../../source.js';
import { type GivenMetadata } from './given-metadata.js';

type AlertPayload = PayloadOf<typeof AlertFired>;

/**
 * An `AlertFired` or `AlertResolved` that comes as an event, held to what holds for every alert: the token's
 * partitions, labels without empty ones, our fingerprint, no start more than an hour ahead.
 */
export function alertEvent(
  type: EventType,
  payload: unknown,
  given: GivenMetadata,
  index: number,
  context: SourceContext,
): Draft | Refusal {
  const alert = payload as AlertPayload;
  if (context.partitions && !context.partitions.includes(alert.partition)) {
    return new Refusal('forbidden', 'payload.partition: this token may not write to it');
  }
  const labels = withoutEmpty(alert.labels);
  if (Object.keys(labels).length === 0) return new Refusal('rule', 'payload.labels: expected at least one');
  const tooEarly = faultOfFuture(alert.startsAt, 'payload.startsAt', context.now);
  if (tooEarly) return tooEarly;
  const said = { ...alert, fingerprint: fingerprintOf(labels), labels };
  const time = given.time ?? timeOf(type, alert);
  return {
    index,
    name: type.name,
    payload: said,
    schemaVersion: type.version,
    time,
    subject: type.subjectOf(said),
    given,
  };
}

function withoutEmpty(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([, text]) => text !== ''));
}

function timeOf(type: EventType, { startsAt, endsAt }: AlertPayload): Instant {
  return type.name === AlertFired.name ? startsAt : (endsAt ?? startsAt);
}
