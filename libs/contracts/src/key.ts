import { type EventEnvelope } from './envelope.js';

/**
 * The Kafka key of an event: its organisation and the id of its subject's stream. Whichever way an event comes in, it
 * gets this key; every client's default partitioner then agrees on the partition.
 */
export function keyOf(event: EventEnvelope): string {
  return `${event.metadata.organizationId}/${event.metadata.subject}`;
}

/** Parts joined so that different parts never give the same text: each is percent-encoded. */
export function joinKey(...parts: readonly string[]): string {
  return parts.map((part) => encodeURIComponent(part.toWellFormed())).join('/');
}
