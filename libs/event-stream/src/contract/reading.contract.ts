import { describe, expect, it } from '@jest/globals';
import { collect, record, textOf, unique, type Stage } from './stage.contract.js';
import { CheckpointOutsideLog } from '../errors.js';

/** What every log must do for readers without a group. */
export function describeReading(stage: Stage): void {
  describe('reading', () => {
    it(
      'reads from the given offsets to the given ends',
      async () => {
        const topic = await stage.topicOf(1);
        await stage.publish(topic, ...'abcdef');
        const read = await collect(
          stage.under().log.read({ topic, from: new Map([[0, 1]]), until: new Map([[0, 4]]) }),
        );
        expect(read.map(textOf)).toEqual(['b', 'c', 'd']);
      },
      stage.patience,
    );

    it(
      'follows the log until it is aborted',
      async () => {
        const topic = await stage.topicOf(2);
        await stage.publish(topic, 'old');
        const abort = new AbortController();
        const read: string[] = [];
        for await (const records of stage.under().log.read({ topic, signal: abort.signal })) {
          read.push(...records.map(textOf));
          if (read.includes('old') && read.length === 1) await stage.publish(topic, 'new');
          if (read.includes('new')) abort.abort();
        }
        expect(read).toEqual(['old', 'new']);
      },
      stage.patience,
    );

    it(
      'does not read from outside the log, nor from a topic that is not there',
      async () => {
        const topic = await stage.topicOf(1);
        await stage.publish(topic, 'a');
        await expect(collect(stage.under().log.read({ topic, from: new Map([[0, 9]]) }))).rejects.toThrow(
          CheckpointOutsideLog,
        );
        await expect(collect(stage.under().log.read({ topic: unique('absent') }))).rejects.toThrow('no topic');
      },
      stage.patience,
    );
  });

  it(
    'tells the identity and the offsets of a topic',
    async () => {
      const topic = await stage.topicOf(2);
      await stage.under().publisher.publish([record(topic, 'x')]);
      const state = (await stage.under().log.topic(topic))!;
      expect(state.topicId).toMatch(/^[0-9a-f]{32}$/);
      expect(state.partitions.map(({ partition, low }) => [partition, low])).toEqual([
        [0, 0],
        [1, 0],
      ]);
      expect(state.partitions.reduce((sum, { high }) => sum + high, 0)).toBe(1);
      expect(await stage.under().log.topic(unique('absent'))).toBeUndefined();
      await expect(stage.under().log.ping()).resolves.toBeUndefined();
    },
    stage.patience,
  );
}
