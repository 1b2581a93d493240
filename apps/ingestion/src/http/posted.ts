import { problem, type Principal } from '#libs/runtime';
import { type FastifyRequest } from 'fastify';
import { parseJson, parseLines } from '../body.js';
import { type IngestRequest } from '../ingest.pipeline.js';
import { type Source } from '../source.js';

const KEY = /^[\x20-\x7e]{1,255}$/;
const PARTITION = /^[^\p{Cc}\p{Cs}]{1,200}$/u;
const LINES = new Set(['application/x-ndjson', 'application/ndjson', 'application/jsonl']);

/** Media types of the events path. */
export const EVENT_TYPES = ['application/json', ...LINES];

/** What a request posts, for the pipeline. @throws Problem 400 for an unusable header, partition or an empty body */
export function posted(
  request: FastifyRequest,
  caller: Principal,
  sources: readonly Source[],
  partition = '',
  read = isLines(request.headers['content-type']) ? parseLines : parseJson,
): IngestRequest {
  return {
    sources,
    bytes: bodyOf(request),
    read,
    path: request.url,
    partition,
    caller,
    idempotencyKey: keyOf(request.headers['idempotency-key']),
  };
}

/** The bytes that were posted. @throws Problem 400 where there are none */
export function bodyOf({ body }: FastifyRequest): Buffer {
  if (Buffer.isBuffer(body)) return body;
  throw problem(400, 'Malformed body', { detail: 'the body is empty' });
}

/** Whether a body of this media type is newline-delimited JSON. */
export function isLines(type: string | undefined): boolean {
  return type !== undefined && type !== 'application/json' && LINES.has(type.split(';', 1)[0]!.trim().toLowerCase());
}

function keyOf(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined || header === '') return undefined;
  if (typeof header === 'string' && KEY.test(header)) return header;
  throw problem(400, 'Invalid request', {
    fields: { 'Idempotency-Key': 'expected 1 to 255 printable ASCII characters' },
  });
}

/** The partition of the path, where the caller may write to it. @throws Problem 400, 403 */
export function partitionFor(caller: Principal, partition: string): string {
  if (!PARTITION.test(partition)) {
    throw problem(400, 'Invalid request', {
      fields: { partition: 'expected 1 to 200 characters, no control characters' },
    });
  }
  if (caller.partitions !== null && !caller.partitions.includes(partition)) {
    throw problem(403, 'Forbidden', { fields: { partition: 'this token may not write to it' } });
  }
  return partition;
}
