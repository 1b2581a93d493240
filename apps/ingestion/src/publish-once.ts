import { Injectable } from '@nestjs/common';
import { type Attempt } from './idempotency/attempt.js';
import { Once } from './idempotency/once.js';
import { KeyConflict } from './idempotency/running.js';
import { IngestMetrics } from './ingest.metrics.js';
import { type Addressed, Publishing, type Receipt } from './publishing.js';
import { type Rejection } from './source.js';

/** Receipts and late rejections, each in the order of the items. */
export interface Published {
  readonly receipts: readonly Receipt[];
  readonly rejected: readonly Rejection[];
}

/** Writes events to the log; those that their sender named are written once, however often they come. */
@Injectable()
export class PublishOnce {
  constructor(
    private readonly publishing: Publishing,
    private readonly once: Once,
    private readonly metrics: IngestMetrics,
  ) {}

  /** @throws ServiceUnavailable */
  async publish(addressed: readonly Addressed[]): Promise<Published> {
    if (addressed.some(({ claim }) => claim !== undefined)) return this.publishNamed(addressed);
    return { receipts: await this.publishing.write(addressed), rejected: [] };
  }

  private async publishNamed(addressed: readonly Addressed[]): Promise<Published> {
    const named = addressed.filter(({ claim }) => claim !== undefined);
    const attempt = await this.once.begin(named.map(({ claim }) => claim!));
    const receipts = await this.writeMine(addressed, named, attempt);
    const rejected: Rejection[] = [];
    for (const [place, { index }] of named.entries()) {
      if (attempt.parts[place] === 'mine') continue;
      const outcome = await answerOf(attempt, place, index);
      if ('reason' in outcome) rejected.push(outcome);
      else {
        receipts.set(index, outcome);
        this.metrics.absorb(1);
      }
    }
    return { receipts: addressed.flatMap(({ index }) => receipts.get(index) ?? []), rejected };
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
      return new Map(mine.map(({ index }, i) => [index, written[i]!]));
    } catch (error) {
      await attempt.abandon('half-done');
      throw error;
    }
  }
}

async function answerOf(attempt: Attempt, place: number, index: number): Promise<Receipt | Rejection> {
  try {
    if (attempt.parts[place] === 'theirs') return (await attempt.answerOf(place)) as Receipt;
  } catch (error) {
    if (!(error instanceof KeyConflict)) throw error;
  }
  return { index, kind: 'conflict', reason: 'metadata.id: another event has this id' };
}
