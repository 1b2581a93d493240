import { problem } from '#libs/runtime';
import { Injectable } from '@nestjs/common';
import { type Attempt } from './idempotency/attempt.js';
import { claimOfEvent } from './idempotency/claims.js';
import { Once } from './idempotency/once.js';
import { KeyConflict } from './idempotency/running.js';
import { IngestMetrics } from './ingest.metrics.js';
import { type Addressed, isOverflowing, Publishing, type Receipt } from './publishing.js';
import { type Sender } from './record.js';
import { type Draft, type Rejection } from './source.js';

/** Receipts and late rejections of drafts, each in the order of the items. */
export interface Published {
  readonly receipts: readonly Receipt[];
  readonly rejected: readonly Rejection[];
}

/** Writes drafts to the log; those that name their own id are written once, however often they come. */
@Injectable()
export class PublishOnce {
  constructor(
    private readonly publishing: Publishing,
    private readonly once: Once,
    private readonly metrics: IngestMetrics,
  ) {}

  /** @throws ServiceUnavailable, Problem 413 when it is more than can ever be written at once */
  async publish(
    drafts: readonly Draft[],
    { caller, idempotencyKey }: { readonly caller: Sender; readonly idempotencyKey: string | undefined },
  ): Promise<Published> {
    const { addressed, tooLarge } = this.publishing.address(drafts, caller, idempotencyKey);
    if (isOverflowing(addressed)) throw problem(413, 'Too much at once', { detail: 'send it in several requests' });
    if (addressed.every(({ draft }) => draft.given?.id === undefined)) {
      return { receipts: await this.publishing.write(addressed), rejected: tooLarge };
    }
    const { receipts, rejected } = await this.publishNamed(addressed, caller.organizationId);
    return { receipts, rejected: [...tooLarge, ...rejected] };
  }

  private async publishNamed(addressed: readonly Addressed[], organizationId: string): Promise<Published> {
    const named = addressed.filter(({ draft }) => draft.given?.id !== undefined);
    const attempt = await this.once.begin(named.map(({ draft, id }) => claimOfEvent(organizationId, id, draft)));
    const receipts = await this.writeMine(addressed, named, attempt);
    const rejected: Rejection[] = [];
    for (const [place, { draft }] of named.entries()) {
      if (attempt.parts[place] === 'mine') continue;
      const outcome = await answerOf(attempt, place, draft);
      if ('reason' in outcome) rejected.push(outcome);
      else {
        receipts.set(draft.index, outcome);
        this.metrics.absorb(1);
      }
    }
    return { receipts: addressed.flatMap(({ draft }) => receipts.get(draft.index) ?? []), rejected };
  }

  /** Writes what nobody else has, or has at work; answers the receipts by the index of the item. */
  private async writeMine(
    addressed: readonly Addressed[],
    named: readonly Addressed[],
    attempt: Attempt,
  ): Promise<Map<number, Receipt>> {
    const places = new Map(named.map((item, place) => [item, place]));
    const mine = addressed.filter((item) => !places.has(item) || attempt.parts[places.get(item)!] === 'mine');
    try {
      const written = await this.publishing.write(mine);
      const byPlace = mine.flatMap((item, i) => (places.has(item) ? [[places.get(item)!, written[i]!] as const] : []));
      await attempt.finish(new Map(byPlace));
      return new Map(mine.map(({ draft }, i) => [draft.index, written[i]!]));
    } catch (error) {
      await attempt.abandon('half-done');
      throw error;
    }
  }
}

async function answerOf(attempt: Attempt, place: number, { index }: Draft): Promise<Receipt | Rejection> {
  try {
    if (attempt.parts[place] === 'theirs') return (await attempt.answerOf(place)) as Receipt;
  } catch (error) {
    if (!(error instanceof KeyConflict)) throw error;
  }
  return { index, kind: 'conflict', reason: 'metadata.id: another event has this id' };
}
