import { describe, expect, it } from '@jest/globals';
import { Recorder, unique, until, type Stage } from './stage.contract.js';
import { CheckpointOutsideLog, FatalStreamError, TopicRecreated } from '../errors.js';

/** What every log must do for consumer groups. */
export function describeConsuming(stage: Stage): void {
  describe('consuming', () => {
    it(
      'begins at the oldest record without a checkpoint, and goes on with new ones',
      async () => {
        const topic = await stage.topicOf(3);
        await stage.publish(topic, '1', '2', '3');
        const seen = new Recorder();
        const subscription = await stage.consume(topic, seen);
        await subscription.whenCaughtUp();
        await stage.publish(topic, '4');
        await subscription.whenCaughtUp();
        expect(seen.values.sort()).toEqual(['1', '2', '3', '4']);
        expect(seen.topicIds).toEqual(new Set([(await stage.under().log.topic(topic))!.topicId]));
        expect(subscription.assigned()).toEqual([0, 1, 2]);
        expect(subscription.lag().every(({ nextOffset, highWatermark }) => nextOffset === highWatermark)).toBe(true);
        expect(subscription.alive()).toBe(true);
      },
      stage.patience,
    );

    it(
      'goes on at the checkpoint, whatever the group read before',
      async () => {
        const topic = await stage.topicOf(1);
        await stage.publish(topic, '0', '1', '2', '3');
        const group = unique('group');
        const first = await stage.consume(topic, new Recorder(), {}, group);
        await first.whenCaughtUp();
        await first.stop();
        expect(await first.ended).toBeUndefined();
        const seen = new Recorder({ checkpoints: new Map([[0, 2]]) });
        await (await stage.consume(topic, seen, {}, group)).whenCaughtUp();
        expect(seen.values).toEqual(['2', '3']);
      },
      stage.patience,
    );

    it(
      'hands over no more than asked for, each batch with the offset after it',
      async () => {
        const topic = await stage.topicOf(1);
        await stage.publish(topic, ...'abcdefg');
        const seen = new Recorder();
        await (await stage.consume(topic, seen, { maxRecords: 3 })).whenCaughtUp();
        expect(seen.batches.map(({ records, nextOffset }) => [records.length, nextOffset])).toEqual([
          [3, 3],
          [3, 6],
          [1, 7],
        ]);
        const small = new Recorder();
        await (await stage.consume(topic, small, { maxBytes: 1 })).whenCaughtUp();
        expect(small.batches.map(({ records }) => records.length)).toEqual([1, 1, 1, 1, 1, 1, 1]);
      },
      stage.patience,
    );

    it(
      'tries the same batch again after passing trouble, and moves nothing meanwhile',
      async () => {
        const topic = await stage.topicOf(1);
        await stage.publish(topic, '0', '1');
        let failures = 2;
        const seen = new Recorder({
          before: () => {
            if (failures-- > 0) throw new Error('the database is away');
          },
        });
        await (await stage.consume(topic, seen)).whenCaughtUp();
        expect(seen.attempts).toBe(3);
        expect(seen.values).toEqual(['0', '1']);
      },
      stage.patience,
    );

    it(
      'reads where the handler says when somebody else moved the checkpoint',
      async () => {
        const topic = await stage.topicOf(1);
        await stage.publish(topic, '0', '1', '2', '3', '4');
        const answers = [1, 4];
        const seen = new Recorder({ next: (batch) => answers.shift() ?? batch.nextOffset });
        await (await stage.consume(topic, seen)).whenCaughtUp();
        expect(seen.batches.map(({ records }) => records[0]!.offset)).toEqual([0, 1, 4]);
      },
      stage.patience,
    );

    it(
      'ends with the error of a handler that gives up',
      async () => {
        const topic = await stage.topicOf(1);
        await stage.publish(topic, '0');
        class TooMuchPoison extends FatalStreamError {}
        const seen = new Recorder({
          before: () => {
            throw new TooMuchPoison('all of it is poison');
          },
        });
        const subscription = await stage.consume(topic, seen);
        expect(await subscription.ended).toBeInstanceOf(TooMuchPoison);
        expect(subscription.alive()).toBe(false);
        await expect(subscription.whenCaughtUp()).rejects.toThrow('poison');
      },
      stage.patience,
    );

    it(
      'asks for the checkpoints again when that fails',
      async () => {
        const topic = await stage.topicOf(1);
        await stage.publish(topic, '0');
        let failures = 2;
        const seen = new Recorder({
          resume: () => {
            if (failures-- > 0) throw new Error('the database is away');
          },
        });
        await (await stage.consume(topic, seen)).whenCaughtUp();
        expect(seen.values).toEqual(['0']);
      },
      stage.patience,
    );

    it(
      'stops when the checkpoint lies outside the log',
      async () => {
        const topic = await stage.topicOf(1);
        await stage.publish(topic, '0', '1', '2');
        await stage.under().deleteRecords(topic, 0, 2);
        const ends = await Promise.all(
          [1, 4].map(
            async (next) => (await stage.consume(topic, new Recorder({ checkpoints: new Map([[0, next]]) }))).ended,
          ),
        );
        expect(ends).toEqual([expect.any(CheckpointOutsideLog), expect.any(CheckpointOutsideLog)]);
        const seen = new Recorder();
        await (await stage.consume(topic, seen)).whenCaughtUp();
        expect(seen.values).toEqual(['2']);
      },
      stage.patience,
    );

    it(
      'stops when the topic is deleted and made again',
      async () => {
        const topic = await stage.topicOf(1);
        await stage.publish(topic, '0');
        const subscription = await stage.consume(topic, new Recorder());
        await subscription.whenCaughtUp();
        await stage.under().deleteTopic(topic);
        await stage.under().createTopic(topic, 1);
        expect(await subscription.ended).toBeInstanceOf(TopicRecreated);
      },
      stage.patience,
    );

    it(
      'divides the partitions among the members, and gives them to the others when one leaves',
      async () => {
        const topic = await stage.topicOf(4);
        const group = unique('group');
        const seen = new Recorder();
        const one = await stage.consume(topic, seen, {}, group);
        await one.whenCaughtUp();
        const two = await stage.consume(topic, seen, {}, group);
        await until(() => one.assigned().length === 2 && two.assigned().length === 2);
        expect([...one.assigned(), ...two.assigned()].sort()).toEqual([0, 1, 2, 3]);
        await stage.publish(topic, ...Array.from({ length: 40 }, (_, at) => String(at)));
        await Promise.all([one.whenCaughtUp(), two.whenCaughtUp()]);
        await one.stop();
        await until(() => two.assigned().length === 4);
        await stage.publish(topic, 'last');
        await two.whenCaughtUp();
        expect(seen.values.sort()).toEqual([...Array.from({ length: 40 }, (_, at) => String(at)), 'last'].sort());
      },
      stage.patience,
    );

    it(
      'lets the running batch finish when it is stopped',
      async () => {
        const topic = await stage.topicOf(1);
        await stage.publish(topic, '0');
        let finish!: () => void;
        const gate = new Promise<void>((resolve) => (finish = resolve));
        const seen = new Recorder({ before: () => gate });
        const subscription = await stage.consume(topic, seen);
        await until(() => seen.attempts === 1);
        const stopped = subscription.stop();
        finish();
        await stopped;
        expect(seen.values).toEqual(['0']);
        expect(seen.aborted).toBe(false);
      },
      stage.patience,
    );
  });
}
