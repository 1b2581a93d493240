import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { partitionOf } from '#libs/core';
import { CheckpointOutsideLog, FatalStreamError, TopicRecreated } from './errors.js';
import { type BatchHandler, type EventLog, type Subscription } from './event-log.js';
import { type EventPublisher, PublishError } from './publisher.js';
import { type OutgoingRecord, type RecordBatch, type StreamRecord } from './records.js';

/** One implementation of the log, with what the suite needs to set the stage. */
export interface LogUnderTest {
  readonly log: EventLog;
  readonly publisher: EventPublisher & { close(): Promise<void> };
  createTopic(name: string, partitions: number): Promise<void>;
  deleteTopic(name: string): Promise<void>;
  /** Drops the records of a partition before `offset`. */
  deleteRecords(topic: string, partition: number, offset: number): Promise<void>;
  close(): Promise<void>;
}

let count = 0;
const unique = (what: string): string => `${what}-${process.pid}-${++count}-${Math.random().toString(36).slice(2, 8)}`;

/** What every implementation of the two ports must do. `patience`: milliseconds that one step may take. */
export function describeEventLog(name: string, open: () => Promise<LogUnderTest>, patience: number): void {
  describe(name, () => {
    let under: LogUnderTest;
    const running: Subscription[] = [];
    const made: string[] = [];

    beforeAll(async () => {
      under = await open();
    }, patience);
    afterAll(async () => {
      await Promise.all(running.map((subscription) => subscription.stop()));
      for (const topic of made) await under.deleteTopic(topic).catch(() => undefined);
      await under.publisher.close();
      await under.log.close();
      await under.close();
    }, patience);

    const topicOf = async (partitions: number): Promise<string> => {
      const topic = unique('contract');
      await under.createTopic(topic, partitions);
      made.push(topic);
      return topic;
    };
    const publish = (topic: string, ...values: string[]): Promise<readonly { partition: number; offset: number }[]> =>
      under.publisher.publish(values.map((value) => record(topic, value)));
    const consume = async (
      topic: string,
      handler: BatchHandler,
      options = {},
      group = unique('group'),
    ): Promise<Subscription> => {
      const subscription = await under.log.consume({ group, topic, ...options }, handler);
      running.push(subscription);
      return subscription;
    };

    describe('publishing', () => {
      it(
        'answers the positions in the order of the records, a key on the partition that murmur2 gives',
        async () => {
          const topic = await topicOf(12);
          const keys = ['a', 'b', 'a', 'Zürich', 'b', 'a'];
          const positions = await under.publisher.publish(keys.map((key) => ({ topic, key, value: key, headers: {} })));
          expect(positions.map(({ partition }) => partition)).toEqual(keys.map((key) => partitionOf(key, 12)));
          const offsetsOfA = positions.filter((_, at) => keys[at] === 'a').map(({ offset }) => offset);
          expect(offsetsOfA).toEqual([...offsetsOfA].sort((a, b) => a - b));
          expect(new Set(positions.map(({ partition, offset }) => `${partition}/${offset}`)).size).toBe(keys.length);
        },
        patience,
      );

      it(
        'keeps the order of calls made one after the other without waiting',
        async () => {
          const topic = await topicOf(1);
          const values = Array.from({ length: 500 }, (_, at) => String(at));
          await Promise.all(values.map((value) => publish(topic, value)));
          expect((await readAll(under.log, topic)).map(textOf)).toEqual(values);
        },
        patience,
      );

      it(
        'carries bytes, text and headers unchanged',
        async () => {
          const topic = await topicOf(1);
          const value = Buffer.from([0, 255, 128, 10]);
          await under.publisher.publish([
            { topic, key: 'k€y', value, headers: { name: 'Ünï', empty: '' } },
            { topic, key: 'k', value: 'grüß', headers: {} },
          ]);
          const [first, second] = await readAll(under.log, topic);
          expect(first).toMatchObject({ topic, partition: 0, offset: 0, headers: { name: 'Ünï', empty: '' } });
          expect(first!.value).toEqual(value);
          expect(first!.key?.toString()).toBe('k€y');
          expect(Math.abs(first!.timestamp - Date.now())).toBeLessThan(60_000);
          expect(second!.value?.toString()).toBe('grüß');
          expect(second!.headers).toEqual({});
        },
        patience,
      );

      it(
        'refuses a topic that is not there, and goes on with others',
        async () => {
          const topic = await topicOf(1);
          await expect(publish(unique('absent'), 'x')).rejects.toThrow(PublishError);
          await expect(publish(topic, 'x')).resolves.toMatchObject([{ partition: 0, offset: 0 }]);
          await expect(under.publisher.publish([])).resolves.toEqual([]);
        },
        patience,
      );
    });

    describe('consuming', () => {
      it(
        'begins at the oldest record without a checkpoint, and goes on with new ones',
        async () => {
          const topic = await topicOf(3);
          await publish(topic, '1', '2', '3');
          const seen = new Recorder();
          const subscription = await consume(topic, seen);
          await subscription.whenCaughtUp();
          await publish(topic, '4');
          await subscription.whenCaughtUp();
          expect(seen.values.sort()).toEqual(['1', '2', '3', '4']);
          expect(seen.topicIds).toEqual(new Set([(await under.log.topic(topic))!.topicId]));
          expect(subscription.assigned()).toEqual([0, 1, 2]);
          expect(subscription.lag().every(({ nextOffset, highWatermark }) => nextOffset === highWatermark)).toBe(true);
          expect(subscription.alive()).toBe(true);
        },
        patience,
      );

      it(
        'goes on at the checkpoint, whatever the group read before',
        async () => {
          const topic = await topicOf(1);
          await publish(topic, '0', '1', '2', '3');
          const group = unique('group');
          const first = await consume(topic, new Recorder(), {}, group);
          await first.whenCaughtUp();
          await first.stop();
          expect(await first.ended).toBeUndefined();
          const seen = new Recorder({ checkpoints: new Map([[0, 2]]) });
          await (await consume(topic, seen, {}, group)).whenCaughtUp();
          expect(seen.values).toEqual(['2', '3']);
        },
        patience,
      );

      it(
        'hands over no more than asked for, each batch with the offset after it',
        async () => {
          const topic = await topicOf(1);
          await publish(topic, ...'abcdefg');
          const seen = new Recorder();
          await (await consume(topic, seen, { maxRecords: 3 })).whenCaughtUp();
          expect(seen.batches.map(({ records, nextOffset }) => [records.length, nextOffset])).toEqual([
            [3, 3],
            [3, 6],
            [1, 7],
          ]);
          const small = new Recorder();
          await (await consume(topic, small, { maxBytes: 1 })).whenCaughtUp();
          expect(small.batches.map(({ records }) => records.length)).toEqual([1, 1, 1, 1, 1, 1, 1]);
        },
        patience,
      );

      it(
        'tries the same batch again after passing trouble, and moves nothing meanwhile',
        async () => {
          const topic = await topicOf(1);
          await publish(topic, '0', '1');
          let failures = 2;
          const seen = new Recorder({
            before: () => {
              if (failures-- > 0) throw new Error('the database is away');
            },
          });
          await (await consume(topic, seen)).whenCaughtUp();
          expect(seen.attempts).toBe(3);
          expect(seen.values).toEqual(['0', '1']);
        },
        patience,
      );

      it(
        'reads where the handler says when somebody else moved the checkpoint',
        async () => {
          const topic = await topicOf(1);
          await publish(topic, '0', '1', '2', '3', '4');
          const answers = [1, 4];
          const seen = new Recorder({ next: (batch) => answers.shift() ?? batch.nextOffset });
          await (await consume(topic, seen)).whenCaughtUp();
          expect(seen.batches.map(({ records }) => records[0]!.offset)).toEqual([0, 1, 4]);
        },
        patience,
      );

      it(
        'ends with the error of a handler that gives up',
        async () => {
          const topic = await topicOf(1);
          await publish(topic, '0');
          class TooMuchPoison extends FatalStreamError {}
          const seen = new Recorder({
            before: () => {
              throw new TooMuchPoison('all of it is poison');
            },
          });
          const subscription = await consume(topic, seen);
          expect(await subscription.ended).toBeInstanceOf(TooMuchPoison);
          expect(subscription.alive()).toBe(false);
          await expect(subscription.whenCaughtUp()).rejects.toThrow('poison');
        },
        patience,
      );

      it(
        'asks for the checkpoints again when that fails',
        async () => {
          const topic = await topicOf(1);
          await publish(topic, '0');
          let failures = 2;
          const seen = new Recorder({
            resume: () => {
              if (failures-- > 0) throw new Error('the database is away');
            },
          });
          await (await consume(topic, seen)).whenCaughtUp();
          expect(seen.values).toEqual(['0']);
        },
        patience,
      );

      it(
        'stops when the checkpoint lies outside the log',
        async () => {
          const topic = await topicOf(1);
          await publish(topic, '0', '1', '2');
          await under.deleteRecords(topic, 0, 2);
          const ends = await Promise.all(
            [1, 4].map(
              async (next) => (await consume(topic, new Recorder({ checkpoints: new Map([[0, next]]) }))).ended,
            ),
          );
          expect(ends).toEqual([expect.any(CheckpointOutsideLog), expect.any(CheckpointOutsideLog)]);
          const seen = new Recorder();
          await (await consume(topic, seen)).whenCaughtUp();
          expect(seen.values).toEqual(['2']);
        },
        patience,
      );

      it(
        'stops when the topic is deleted and made again',
        async () => {
          const topic = await topicOf(1);
          await publish(topic, '0');
          const subscription = await consume(topic, new Recorder());
          await subscription.whenCaughtUp();
          await under.deleteTopic(topic);
          await under.createTopic(topic, 1);
          expect(await subscription.ended).toBeInstanceOf(TopicRecreated);
        },
        patience,
      );

      it(
        'divides the partitions among the members, and gives them to the others when one leaves',
        async () => {
          const topic = await topicOf(4);
          const group = unique('group');
          const seen = new Recorder();
          const one = await consume(topic, seen, {}, group);
          await one.whenCaughtUp();
          const two = await consume(topic, seen, {}, group);
          await until(() => one.assigned().length === 2 && two.assigned().length === 2);
          expect([...one.assigned(), ...two.assigned()].sort()).toEqual([0, 1, 2, 3]);
          await publish(topic, ...Array.from({ length: 40 }, (_, at) => String(at)));
          await Promise.all([one.whenCaughtUp(), two.whenCaughtUp()]);
          await one.stop();
          await until(() => two.assigned().length === 4);
          await publish(topic, 'last');
          await two.whenCaughtUp();
          expect(seen.values.sort()).toEqual([...Array.from({ length: 40 }, (_, at) => String(at)), 'last'].sort());
        },
        patience,
      );

      it(
        'lets the running batch finish when it is stopped',
        async () => {
          const topic = await topicOf(1);
          await publish(topic, '0');
          let finish!: () => void;
          const gate = new Promise<void>((resolve) => (finish = resolve));
          const seen = new Recorder({ before: () => gate });
          const subscription = await consume(topic, seen);
          await until(() => seen.attempts === 1);
          const stopped = subscription.stop();
          finish();
          await stopped;
          expect(seen.values).toEqual(['0']);
          expect(seen.aborted).toBe(false);
        },
        patience,
      );
    });

    describe('reading', () => {
      it(
        'reads from the given offsets to the given ends',
        async () => {
          const topic = await topicOf(1);
          await publish(topic, ...'abcdef');
          const read = await collect(under.log.read({ topic, from: new Map([[0, 1]]), until: new Map([[0, 4]]) }));
          expect(read.map(textOf)).toEqual(['b', 'c', 'd']);
        },
        patience,
      );

      it(
        'follows the log until it is aborted',
        async () => {
          const topic = await topicOf(2);
          await publish(topic, 'old');
          const abort = new AbortController();
          const read: string[] = [];
          for await (const records of under.log.read({ topic, signal: abort.signal })) {
            read.push(...records.map(textOf));
            if (read.includes('old') && read.length === 1) await publish(topic, 'new');
            if (read.includes('new')) abort.abort();
          }
          expect(read).toEqual(['old', 'new']);
        },
        patience,
      );

      it(
        'does not read from outside the log, nor from a topic that is not there',
        async () => {
          const topic = await topicOf(1);
          await publish(topic, 'a');
          await expect(collect(under.log.read({ topic, from: new Map([[0, 9]]) }))).rejects.toThrow(
            CheckpointOutsideLog,
          );
          await expect(collect(under.log.read({ topic: unique('absent') }))).rejects.toThrow('no topic');
        },
        patience,
      );
    });

    it(
      'tells the identity and the offsets of a topic',
      async () => {
        const topic = await topicOf(2);
        await under.publisher.publish([record(topic, 'x')]);
        const state = (await under.log.topic(topic))!;
        expect(state.topicId).toMatch(/^[0-9a-f]{32}$/);
        expect(state.partitions.map(({ partition, low }) => [partition, low])).toEqual([
          [0, 0],
          [1, 0],
        ]);
        expect(state.partitions.reduce((sum, { high }) => sum + high, 0)).toBe(1);
        expect(await under.log.topic(unique('absent'))).toBeUndefined();
        await expect(under.log.ping()).resolves.toBeUndefined();
      },
      patience,
    );
  });
}

interface RecorderOptions {
  readonly checkpoints?: ReadonlyMap<number, number>;
  before?(): void | Promise<void>;
  resume?(): void;
  next?(batch: RecordBatch): number;
}

/** A handler that keeps what it was given, and its own checkpoints. */
class Recorder implements BatchHandler {
  readonly batches: RecordBatch[] = [];
  readonly values: string[] = [];
  readonly topicIds = new Set<string>();
  attempts = 0;
  aborted = false;
  private readonly checkpoints: Map<number, number>;

  constructor(private readonly options: RecorderOptions = {}) {
    this.checkpoints = new Map(options.checkpoints);
  }

  resumeFrom(): Promise<ReadonlyMap<number, number>> {
    return Promise.resolve().then(() => {
      this.options.resume?.();
      return this.checkpoints;
    });
  }

  async handle(batch: RecordBatch, { signal }: { signal: AbortSignal }): Promise<number> {
    this.attempts += 1;
    await this.options.before?.();
    this.aborted ||= signal.aborted;
    this.batches.push(batch);
    this.topicIds.add(batch.topicId);
    this.values.push(...batch.records.map(textOf));
    const next = this.options.next?.(batch) ?? batch.nextOffset;
    this.checkpoints.set(batch.partition, next);
    return next;
  }
}

function record(topic: string, value: string): OutgoingRecord {
  return { topic, key: value, value, headers: { name: 'Spec' } };
}

const textOf = ({ value }: StreamRecord): string => value?.toString() ?? '';

async function readAll(log: EventLog, topic: string): Promise<StreamRecord[]> {
  const state = await log.topic(topic);
  return collect(
    log.read({ topic, until: new Map(state!.partitions.map(({ partition, high }) => [partition, high])) }),
  );
}

async function collect(batches: AsyncIterable<readonly StreamRecord[]>): Promise<StreamRecord[]> {
  const records: StreamRecord[] = [];
  for await (const batch of batches) records.push(...batch);
  return records;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
