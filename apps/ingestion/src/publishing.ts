import { Clock, crashpoint, derivedId, Ids } from '#libs/core';
import {
  BackPressureError,
  EventPublisher,
  type OutgoingRecord,
  type Position,
  PublishError,
} from '#libs/event-stream';
import { RuntimeConfig, ServiceUnavailable } from '#libs/runtime';
import { type TopicNames } from '#libs/contracts';
import { Injectable } from '@nestjs/common';
import { claimOfEvent } from './idempotency/claims.js';
import { type Claim } from './idempotency/ledger.js';
import { originOf, recordOf, type Sender } from './record.js';
import { type Draft, type Rejection } from './source.js';

/** Where an accepted event lies. */
export interface Receipt {
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/**
 * A draft as it will be written. It holds on to nothing of the body it came from: while the log is waited for, hundreds
 * of requests are under way, and what they keep alive the garbage collector has to copy.
 */
export interface Addressed {
  /** Place of the item in the body. */
  readonly index: number;
  readonly id: string;
  readonly record: OutgoingRecord;
  /** Set where the sender named the id: such an event is written once. */
  readonly claim: Claim | undefined;
}

/** What a broker takes in one record whose `max.message.bytes` is Kafka's default, less what goes around it. */
const MAX_RECORD = 1_000_000;
/** What the publisher holds at once (16 MiB), less some room: more in one request could never be written. */
const MAX_REQUEST = 15 * 1024 * 1024;
/** Characters of one call. What is still under way keeps its room, so that large requests do not shut out small ones. */
const MAX_CALL = 4 * 1024 * 1024;
/** Key, headers and what the publisher counts besides. */
const AROUND_RECORD = 400;

/** From drafts to records, and from records to receipts. */
@Injectable()
export class Publishing {
  private readonly topics: TopicNames;

  constructor(
    private readonly publisher: EventPublisher,
    private readonly ids: Ids,
    private readonly clock: Clock,
    { topics }: RuntimeConfig,
  ) {
    this.topics = topics;
  }

  /**
   * Records of drafts. The id is the sender's own; else, under an Idempotency-Key, one that another try repeats; else a
   * new one. What is larger than a broker takes is rejected.
   */
  address(
    drafts: readonly Draft[],
    caller: Sender,
    key: string | undefined,
    topic: keyof TopicNames = 'events',
  ): { readonly addressed: readonly Addressed[]; readonly tooLarge: readonly Rejection[] } {
    const addressed: Addressed[] = [];
    const tooLarge: Rejection[] = [];
    const origin = originOf(caller, this.topics[topic], this.clock.now());
    for (const draft of drafts) {
      const { index, given } = draft;
      const id = given?.id ?? this.idOf(draft, caller, key);
      const record = recordOf(draft, id, origin);
      const claim = given?.id === undefined ? undefined : claimOfEvent(caller.organizationId, id, draft);
      if (!isTooLarge(record)) addressed.push({ index, id, record, claim });
      else tooLarge.push({ index, kind: 'size', reason: `larger than ${MAX_RECORD} bytes as a record` });
    }
    return { addressed, tooLarge };
  }

  /**
   * Writes them in order: in one call, or in several one after the other where they are more than a fair part of what the
   * publisher holds. @throws ServiceUnavailable when the log does not acknowledge a call within 5 s
   */
  async write(addressed: readonly Addressed[]): Promise<readonly Receipt[]> {
    if (addressed.length === 0) return [];
    crashpoint('ingestion.before-publish');
    try {
      const positions: Position[] = [];
      for (const part of partsOf(addressed)) {
        positions.push(...(await this.publisher.publish(part.map(({ record }) => record))));
      }
      crashpoint('ingestion.after-publish');
      return positions.map(({ topic, partition, offset }, i) => ({ id: addressed[i]!.id, topic, partition, offset }));
    } catch (error) {
      if (error instanceof BackPressureError) throw new ServiceUnavailable('too much is waiting for the log', 1);
      if (error instanceof PublishError) throw new ServiceUnavailable('the log does not acknowledge', 2);
      throw error;
    }
  }

  private idOf({ index }: Draft, { organizationId, tokenId }: Sender, key: string | undefined): string {
    return key === undefined ? this.ids.next() : derivedId(organizationId, tokenId, key, index);
  }
}

function isTooLarge({ key, value }: OutgoingRecord): boolean {
  // No text has more than three bytes a character.
  if (3 * (value.length + key.length) <= MAX_RECORD) return false;
  return Buffer.byteLength(value) + Buffer.byteLength(key) > MAX_RECORD;
}

/** What one call writes: all of it, nearly always. */
function partsOf(addressed: readonly Addressed[]): readonly (readonly Addressed[])[] {
  const parts: Addressed[][] = [];
  let length = Infinity;
  for (const item of addressed) {
    length += item.record.value.length;
    if (length > MAX_CALL) {
      parts.push([]);
      length = item.record.value.length;
    }
    parts.at(-1)!.push(item);
  }
  return parts;
}

/** Whether the records of one request are more than the publisher ever takes. */
export function isOverflowing(addressed: readonly Addressed[]): boolean {
  if (addressed.length * MAX_RECORD <= MAX_REQUEST) return false;
  let bytes = addressed.length * AROUND_RECORD;
  for (const { record } of addressed) bytes += Buffer.byteLength(record.value);
  return bytes > MAX_REQUEST;
}
