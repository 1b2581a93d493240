import { type FastifyReply, type FastifyRequest } from 'fastify';
import { DEFAULT_BODY_LIMIT } from './body.js';

/** Bodies of all requests under way, in bytes: above this the next one is told to come back. */
const MAX_HELD = 128 * 1024 * 1024;
/** Smaller bodies are not counted: the number of connections bounds them. */
const COUNTED_FROM = 64 * 1024;

/** Keeps the memory that uploads may take within a bound (reference performance-reliability 2.9, back-pressure). */
export class HeldBytes {
  private held = 0;

  constructor(private readonly max = MAX_HELD) {}

  /**
   * False when there is no room for the request's body. Else its announced length, or the route's limit where it
   * announces none, is held until the answer was sent or the connection broke.
   */
  admit(request: FastifyRequest, reply: FastifyReply, limit = DEFAULT_BODY_LIMIT): boolean {
    const size = sizeOf(request, limit);
    if (size < COUNTED_FROM) return true;
    if (this.held + size > this.max) return false;
    this.held += size;
    reply.raw.once('close', () => (this.held -= size));
    return true;
  }
}

function sizeOf({ headers }: FastifyRequest, limit: number): number {
  if (headers['transfer-encoding'] !== undefined) return limit;
  const announced = Number(headers['content-length'] ?? 0);
  return announced <= limit ? announced : 0;
}
