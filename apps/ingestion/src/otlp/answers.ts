import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type Dialect, type Problem } from '#libs/runtime';

export const PROTOBUF = 'application/x-protobuf';
export const JSON_TYPE = 'application/json';

/** A body with its media type: an answer has that of the request. */
export interface OtlpAnswer {
  readonly type: string;
  readonly body: Buffer;
}

export function isProtobuf(contentType: string | undefined): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === PROTOBUF;
}

/**
 * `Export...ServiceResponse`: empty where all was taken, else `partial_success` with how many were not and why. A sender
 * must not try those again (OTLP 1.10, Partial Success).
 */
export function exported(
  asProtobuf: boolean,
  counted: 'rejectedLogRecords' | 'rejectedDataPoints',
  rejected: number,
  reason: string,
): OtlpAnswer {
  if (!asProtobuf) {
    const partialSuccess = { [counted]: String(rejected), errorMessage: reason };
    return json(rejected === 0 ? {} : { partialSuccess });
  }
  const writer = new BinaryWriter();
  if (rejected > 0) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Varint).int64(rejected);
    writer.tag(2, WireType.LengthDelimited).string(reason).join();
  }
  return { type: PROTOBUF, body: Buffer.from(writer.finish()) };
}

/** Codes of google.rpc.Code for the statuses that we answer. */
const codes: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  405: 12,
  413: 8,
  415: 3,
  429: 8,
  503: 14,
};
const INTERNAL = 13;

/** A refusal as `google.rpc.Status`. */
export function statusOf(asProtobuf: boolean, { status, title, details }: Problem): OtlpAnswer {
  const code = codes[status] ?? INTERNAL;
  const message = details.detail === undefined ? title : `${title}: ${details.detail}`;
  if (!asProtobuf) return json({ code, message });
  const writer = new BinaryWriter().tag(1, WireType.Varint).int32(code);
  writer.tag(2, WireType.LengthDelimited).string(message);
  return { type: PROTOBUF, body: Buffer.from(writer.finish()) };
}

function json(value: object): OtlpAnswer {
  return { type: JSON_TYPE, body: Buffer.from(JSON.stringify(value)) };
}

/** How OTLP words what is refused before its handlers: OTLP 1.10, Failures. */
export const otlpDialect: Dialect = {
  prefix: '/otlp',
  contentType: JSON_TYPE,
  servedAt: (path) => path,
  refusal: (problem, { headers }) => {
    const { type, body } = statusOf(isProtobuf(headers['content-type']), problem);
    return { body, headers: { 'content-type': type } };
  },
  options: () => ({}),
};
