import { type FastifyRequest } from 'fastify';
import { HEADERS } from '#libs/contracts';
import { type StreamRecord } from '#libs/event-stream';
import { type LogFields } from './log.js';

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/**
 * What every line carries that is written while a request is worked on: `requestId`, and `traceId` where the caller sent
 * a `traceparent` (W3C Trace Context). It is handed on, not kept in an AsyncLocalStorage: that makes every promise of the
 * process dearer, and few lines are written.
 */
export function traceOfRequest({ id, headers }: Pick<FastifyRequest, 'id' | 'headers'>): LogFields {
  const { traceparent } = headers;
  return { requestId: id, ...traceOf(typeof traceparent === 'string' ? traceparent : undefined) };
}

/** The same of a record: its `traceId` is the correlation id of its event, so it is one from alert to message. */
export function traceOfRecord({ headers }: Pick<StreamRecord, 'headers'>): LogFields {
  return traceOf(headers[HEADERS.traceparent]);
}

function traceOf(traceparent: string | undefined): LogFields {
  const traceId = TRACEPARENT.exec(traceparent ?? '')?.[1];
  return traceId === undefined || /^0+$/.test(traceId) ? {} : { traceId };
}
