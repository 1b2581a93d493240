import { type Instant } from '#libs/core';
import { type z } from 'zod';
import { type EventEnvelope, type Metadata } from './envelope.js';

/** Turns the payload of one schema version into that of the next. Never edited once released. */
export type Upcaster = (payload: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** One event: its name, the schema of its newest payload, the steps from older ones, and how it is keyed. */
export interface EventType<Name extends string = string, Payload = unknown> {
  readonly name: Name;
  readonly schema: z.ZodType<Payload>;
  /** 1 + the number of upcasters. */
  readonly version: number;
  readonly upcasters: readonly Upcaster[];
  /** One sentence for EVENTS.md. */
  readonly says: string;
  /** Id of the stream that the event belongs to; with the organisation it is the Kafka key. */
  subjectOf(payload: Payload): string;
}

export type PayloadOf<T> = T extends EventType<string, infer P> ? P : never;
export type EnvelopeOf<T> = T extends EventType<infer N, infer P> ? EventEnvelope<N, P> : never;

/** Declares an event. */
export function defineEvent<const Name extends string, Payload>(definition: {
  name: Name;
  schema: z.ZodType<Payload>;
  says: string;
  subjectOf: (payload: Payload) => string;
  upcasters?: readonly Upcaster[];
}): EventType<Name, Payload> {
  const upcasters = definition.upcasters ?? [];
  return { ...definition, upcasters, version: upcasters.length + 1 };
}

/** What the maker of an event has to know besides the payload. */
export interface Origin {
  readonly id: string;
  readonly time: Instant;
  readonly recordedAt: Instant;
  readonly source: string;
  readonly organizationId: string;
  readonly projectId: string;
  /** Absent on an event that came in from outside: it starts its own chain. */
  readonly correlationId?: string | undefined;
  readonly causationId?: string | undefined;
  readonly sourceId?: string | undefined;
  readonly sourceType?: string | undefined;
}

/** The event as it goes on the log. */
export function makeEvent<Name extends string, Payload>(
  type: EventType<Name, Payload>,
  payload: Payload,
  origin: Origin,
): EventEnvelope<Name, Payload> {
  const metadata: Metadata = {
    id: origin.id,
    time: origin.time,
    recordedAt: origin.recordedAt,
    source: origin.source,
    subject: type.subjectOf(payload),
    organizationId: origin.organizationId,
    projectId: origin.projectId,
    correlationId: origin.correlationId ?? origin.id,
    causationId: origin.causationId ?? null,
    schemaVersion: type.version,
    versions: {},
    ...(origin.sourceId === undefined ? {} : { sourceId: origin.sourceId }),
    ...(origin.sourceType === undefined ? {} : { sourceType: origin.sourceType }),
  };
  return { name: type.name, payload, metadata };
}

/** The origin of an event that follows from `cause`: same organisation, project and chain. */
export function causedBy(
  cause: EventEnvelope,
  own: { id: string; time: Instant; recordedAt: Instant; source: string },
): Origin {
  const { organizationId, projectId, correlationId, id } = cause.metadata;
  return { ...own, organizationId, projectId, correlationId, causationId: id };
}
