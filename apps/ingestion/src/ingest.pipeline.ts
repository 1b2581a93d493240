import { Clock } from '#libs/core';
import { type Principal, problem, RateLimits, ServiceUnavailable } from '#libs/runtime';
import { Injectable } from '@nestjs/common';
import { type Attempt } from './idempotency/attempt.js';
import { claimOfRequest } from './idempotency/claims.js';
import { Once } from './idempotency/once.js';
import { KeyConflict } from './idempotency/running.js';
import { IngestMetrics } from './ingest.metrics.js';
import { type Addressed, isOverflowing, Publishing, type Receipt } from './publishing.js';
import { PublishOnce } from './publish-once.js';
import { type Sender } from './record.js';
import { Refusal, type Rejection, type Source, type Translation } from './source.js';

/** What was posted, by whom. */
export interface IngestRequest {
  /** The formats that its path takes. */
  readonly sources: readonly Source[];
  readonly bytes: Buffer;
  /** Reads the bytes: a value, or a `Refusal`. */
  readonly read: (bytes: Buffer) => unknown;
  readonly path: string;
  readonly partition: string;
  readonly caller: Sender & Pick<Principal, 'kind' | 'partitions'>;
  readonly idempotencyKey: string | undefined;
}

/** What became of it. All that has a receipt lies on the log. */
export interface Ingested {
  readonly receipts: readonly Receipt[];
  readonly rejected: readonly Rejection[];
  /** Why nothing in it could be used. */
  readonly refusal?: Refusal;
}

/** What of a request will be written. */
interface Prepared {
  readonly source: string;
  readonly addressed: readonly Addressed[];
  readonly rejected: readonly Rejection[];
}

/**
 * The way in, as a table of contents: authenticate (done by the route's guard, before the body is read), parse,
 * translate, address, publish. A request under an Idempotency-Key takes it once.
 */
@Injectable()
export class IngestPipeline {
  constructor(
    private readonly publishing: Publishing,
    private readonly publishOnce: PublishOnce,
    private readonly once: Once,
    private readonly clock: Clock,
    private readonly metrics: IngestMetrics,
    private readonly limits: RateLimits,
  ) {}

  /** @throws Problem 503 when the log does not acknowledge, 422 when the key came with another body */
  async ingest(request: IngestRequest): Promise<Ingested> {
    return request.idempotencyKey === undefined ? this.take(request) : this.takeOnce(request, request.idempotencyKey);
  }

  /** Not async: what was parsed is let go before the log is waited for. */
  private take(request: IngestRequest): Promise<Ingested> {
    const prepared = this.prepare(request);
    return prepared instanceof Refusal ? Promise.resolve(refused(prepared)) : this.publish(prepared);
  }

  private prepare(request: IngestRequest): Prepared | Refusal {
    const body = request.read(request.bytes);
    if (body instanceof Refusal) return body;
    const source = request.sources.find((candidate) => candidate.recognises(body));
    if (!source) return unknownFormat(request.sources);
    const { accepted, rejected, refusal } = this.translate(source, body, request);
    if (refusal) return refusal;
    this.limits.spend(request.caller.tokenId, { events: accepted.length + rejected.length });
    const { addressed, tooLarge } = this.publishing.address(
      accepted,
      request.caller,
      request.idempotencyKey,
      source.topic,
    );
    if (source.topic === undefined && isOverflowing(addressed))
      return new Refusal('size', 'too much for one request: send it in several');
    return { source: source.name, addressed, rejected: [...rejected, ...tooLarge] };
  }

  private translate(source: Source, body: unknown, { partition, caller }: IngestRequest): Translation {
    const { organizationId, projectId, partitions, kind } = caller;
    const now = this.clock.now();
    const mayConfigure = kind !== 'source';
    return source.translate(body, { partition, now, organizationId, projectId, partitions, mayConfigure });
  }

  private async publish({ source, addressed, rejected }: Prepared): Promise<Ingested> {
    const published = await this.publishOnce.publish(addressed);
    const all = [...rejected, ...published.rejected].sort((a, b) => a.index - b.index);
    this.metrics.count(source, published.receipts.length, all.length);
    return { receipts: published.receipts, rejected: all };
  }

  private async takeOnce(request: IngestRequest, key: string): Promise<Ingested> {
    const attempt = await this.once.begin([claimOfRequest(request.caller, key, request.path, request.bytes)]);
    const [part] = attempt.parts;
    if (part === 'conflict') throw reused();
    if (part === 'theirs') return this.repeat(attempt);
    try {
      const ingested = await this.take(request);
      if (ingested.receipts.length > 0) await attempt.finish(new Map([[0, ingested]]));
      else await attempt.abandon('untouched');
      return ingested;
    } catch (error) {
      await attempt.abandon(error instanceof ServiceUnavailable ? 'half-done' : 'untouched');
      throw error;
    }
  }

  private async repeat(attempt: Attempt): Promise<Ingested> {
    const answer = (await attempt.answerOf(0).catch((error: unknown) => Promise.reject(conflictOf(error)))) as Ingested;
    this.metrics.absorb(answer.receipts.length);
    return answer;
  }
}

function conflictOf(error: unknown): unknown {
  return error instanceof KeyConflict ? reused() : error;
}

function unknownFormat(sources: readonly Source[]): Refusal {
  return new Refusal('type', `the body is none of: ${sources.map(({ says }) => says).join(' ')}`);
}

function refused(refusal: Refusal): Ingested {
  return { receipts: [], rejected: [], refusal };
}

/** Another body under a key that was used (draft-ietf-httpapi-idempotency-key-header, 2.7). */
function reused(): Error {
  return problem(422, 'Idempotency-Key was used for another request', {
    fields: { 'Idempotency-Key': 'another body was sent under this key' },
  });
}
