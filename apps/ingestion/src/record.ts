import { type EventEnvelope, headersOf, keyOf } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { type OutgoingRecord } from '#libs/event-stream';
import { type Draft } from './source.js';

/** Where an event comes from: what its sender cannot choose. */
export interface RecordOrigin {
  readonly id: string;
  readonly topic: string;
  readonly recordedAt: Instant;
  readonly caller: Sender;
}

/** The token that sent it. */
export interface Sender {
  readonly organizationId: string;
  readonly projectId: string;
  readonly tokenId: string;
  readonly name: string;
  readonly sourceType: string | null;
}

/** The record of a draft: envelope, headers and key of `INTERFACES.md`, The records. */
export function recordOf(draft: Draft, { id, topic, recordedAt, caller }: RecordOrigin): OutgoingRecord {
  const { given } = draft;
  const event: EventEnvelope = {
    name: draft.name,
    payload: draft.payload,
    metadata: {
      id,
      time: draft.time,
      recordedAt,
      source: caller.name,
      subject: draft.subject ?? `event/${id}`,
      organizationId: caller.organizationId,
      projectId: caller.projectId,
      correlationId: given?.correlationId ?? id,
      causationId: given?.causationId ?? null,
      schemaVersion: draft.schemaVersion,
      versions: given?.versions ?? {},
      sourceId: caller.tokenId,
      ...(caller.sourceType === null ? {} : { sourceType: caller.sourceType }),
    },
  };
  return { topic, key: keyOf(event), value: JSON.stringify(event), headers: headersOf(event) };
}
