import { type Instant } from '#libs/core';

/** What is known about an event besides what happened. `INTERFACES.md`, The records. */
export interface Metadata {
  /** UUIDv7, or derived where a retry must repeat it. */
  readonly id: string;
  /** When it happened. */
  readonly time: Instant;
  /** When it was written down. */
  readonly recordedAt: Instant;
  /** Who said it: the name of a token, or of the service that decided it. */
  readonly source: string;
  /** Id of the stream it belongs to: an alert, a service, a cluster, an incident, an integration. */
  readonly subject: string;
  readonly organizationId: string;
  readonly projectId: string;
  /** Id of the first event of the chain. */
  readonly correlationId: string;
  /** Id of the event that led to this one; null where it came in from outside. */
  readonly causationId: string | null;
  readonly schemaVersion: number;
  /** Versions of the producer's components, as assisted-service writes them; ours names the service. */
  readonly versions: Readonly<Record<string, unknown>>;
  /** The token that sent it and the source type of that token, where one did. */
  readonly sourceId?: string | undefined;
  readonly sourceType?: string | undefined;
}

/** One fact: `{name, payload, metadata}`, the JSON that lies on the log. */
export interface EventEnvelope<Name extends string = string, Payload = unknown> {
  readonly name: Name;
  readonly payload: Payload;
  readonly metadata: Metadata;
}

/** The headers that travel beside the JSON, so that a consumer skips what it does not handle without parsing. */
export const HEADERS = {
  name: 'name',
  id: 'id',
  schemaVersion: 'schemaVersion',
  organizationId: 'organizationId',
  traceparent: 'traceparent',
  /** Set on a replayed record: the one processor it is for. */
  audience: 'audience',
} as const;

/** Headers of one event. `traceparent` follows W3C Trace Context; the correlation id is its trace. */
export function headersOf(event: EventEnvelope): Record<string, string> {
  const { id, schemaVersion, organizationId, correlationId } = event.metadata;
  return {
    name: event.name,
    id,
    schemaVersion: String(schemaVersion),
    organizationId,
    traceparent: traceparentOf(correlationId, id),
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Ids of ours are UUIDs in lower case: nearly every event has two of them, often the same one. */
function traceparentOf(correlationId: string, id: string): string {
  if (UUID.test(id) && (correlationId === id || UUID.test(correlationId))) {
    return `00-${digitsOf(correlationId)}-${id.slice(19, 23)}${id.slice(24)}-01`;
  }
  const trace = correlationId.replaceAll('-', '').toLowerCase();
  const span = id.replaceAll('-', '').toLowerCase().slice(-16);
  const usable = /^[0-9a-f]{32}$/.test(trace) && /^[0-9a-f]{16}$/.test(span);
  return usable ? `00-${trace}-${span}-01` : '';
}

function digitsOf(uuid: string): string {
  return uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24);
}
