import { describe, expect, it } from '@jest/globals';
import { partitionOf } from '#libs/core';
import { readAll, textOf, unique, type Stage } from './stage.contract.js';
import { PublishError } from '../publisher.js';

/** What every log must do with what is published. */
export function describePublishing(stage: Stage): void {
  describe('publishing', () => {
    it(
      'answers the positions in the order of the records, a key on the partition that murmur2 gives',
      async () => {
        const topic = await stage.topicOf(12);
        const keys = ['a', 'b', 'a', 'Zürich', 'b', 'a'];
        const positions = await stage
          .under()
          .publisher.publish(keys.map((key) => ({ topic, key, value: key, headers: {} })));
        expect(positions.map(({ partition }) => partition)).toEqual(keys.map((key) => partitionOf(key, 12)));
        const offsetsOfA = positions.filter((_, at) => keys[at] === 'a').map(({ offset }) => offset);
        expect(offsetsOfA).toEqual([...offsetsOfA].sort((a, b) => a - b));
        expect(new Set(positions.map(({ partition, offset }) => `${partition}/${offset}`)).size).toBe(keys.length);
      },
      stage.patience,
    );

    it(
      'keeps the order of calls made one after the other without waiting',
      async () => {
        const topic = await stage.topicOf(1);
        const values = Array.from({ length: 500 }, (_, at) => String(at));
        await Promise.all(values.map((value) => stage.publish(topic, value)));
        expect((await readAll(stage.under().log, topic)).map(textOf)).toEqual(values);
      },
      stage.patience,
    );

    it(
      'carries bytes, text and headers unchanged',
      async () => {
        const topic = await stage.topicOf(1);
        const value = Buffer.from([0, 255, 128, 10]);
        await stage.under().publisher.publish([
          { topic, key: 'k€y', value, headers: { name: 'Ünï', empty: '' } },
          { topic, key: 'k', value: 'grüß', headers: {} },
        ]);
        const [first, second] = await readAll(stage.under().log, topic);
        expect(first).toMatchObject({ topic, partition: 0, offset: 0, headers: { name: 'Ünï', empty: '' } });
        expect(first!.value).toEqual(value);
        expect(first!.key?.toString()).toBe('k€y');
        expect(Math.abs(first!.timestamp - Date.now())).toBeLessThan(60_000);
        expect(second!.value?.toString()).toBe('grüß');
        expect(second!.headers).toEqual({});
      },
      stage.patience,
    );

    it(
      'refuses a topic that is not there, and goes on with others',
      async () => {
        const topic = await stage.topicOf(1);
        await expect(stage.publish(unique('absent'), 'x')).rejects.toThrow(PublishError);
        await expect(stage.publish(topic, 'x')).resolves.toMatchObject([{ partition: 0, offset: 0 }]);
        await expect(stage.under().publisher.publish([])).resolves.toEqual([]);
      },
      stage.patience,
    );
  });
}
