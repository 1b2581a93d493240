import { type EventEnvelope, headersOf, keyOf, type Metadata } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { type OutgoingRecord } from '#libs/event-stream';
import { type Draft } from './source.js';

/** The token that sent it. */
export interface Sender {
  readonly organizationId: string;
  readonly projectId: string;
  readonly tokenId: string;
  readonly name: string;
  readonly sourceType: string | null;
}

/** What the events of one request have in common: what their sender cannot choose. */
export interface RecordOrigin {
  readonly topic: string;
  readonly recordedAt: Instant;
  readonly caller: Sender;
  /** The members of the metadata that the token decides, as JSON. */
  readonly decided: string;
}

export function originOf(caller: Sender, topic: string, recordedAt: Instant): RecordOrigin {
  return { topic, recordedAt, caller, decided: decidedBy(caller) };
}

/** Callers live as long as what is known of their token. */
const known = new WeakMap<Sender, string>();

function decidedBy(caller: Sender): string {
  const text = known.get(caller);
  if (text !== undefined) return text;
  const { name, organizationId, projectId, tokenId, sourceType } = caller;
  const members = { source: name, organizationId, projectId, sourceId: tokenId, sourceType: sourceType ?? undefined };
  const made = JSON.stringify(members).slice(1, -1);
  known.set(caller, made);
  return made;
}

/** The record of a draft: envelope, headers and key of `INTERFACES.md`, The records. */
export function recordOf(draft: Draft, id: string, origin: RecordOrigin): OutgoingRecord {
  const { name, given, time, schemaVersion } = draft;
  const { caller, recordedAt } = origin;
  const metadata: Metadata = {
    id,
    time,
    recordedAt,
    source: caller.name,
    subject: draft.subject ?? `event/${id}`,
    organizationId: caller.organizationId,
    projectId: caller.projectId,
    correlationId: given?.correlationId ?? id,
    causationId: given?.causationId ?? null,
    schemaVersion,
    versions: given?.versions ?? NO_VERSIONS,
  };
  const event: EventEnvelope = { name, payload: draft.payload, metadata };
  return { topic: origin.topic, key: keyOf(event), value: textOf(event, origin.decided), headers: headersOf(event) };
}

const NO_VERSIONS = {};

/** The event as JSON. Written member by member, in half the time: every event that comes in pays it. */
function textOf({ name, payload, metadata }: EventEnvelope, decided: string): string {
  const { id, versions, correlationId, causationId } = metadata;
  const idText = quoted(id);
  return (
    `{"name":${quoted(name)},"payload":${JSON.stringify(payload)},"metadata":{"id":${idText}` +
    `,"time":"${metadata.time}","recordedAt":"${metadata.recordedAt}",${decided},"subject":${quoted(metadata.subject)}` +
    `,"correlationId":${correlationId === id ? idText : quoted(correlationId)}` +
    `,"causationId":${causationId === null ? 'null' : quoted(causationId)},"schemaVersion":${metadata.schemaVersion}` +
    `,"versions":${versions === NO_VERSIONS ? '{}' : JSON.stringify(versions)}}}`
  );
}

const PLAIN = /^[\w ./:%~@+-]*$/;

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
