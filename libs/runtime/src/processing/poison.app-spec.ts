import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { armCrashpoints } from '#libs/core';
import { MAX_FAULTS } from './batch-settlement.js';
import { counted, type CountingGround, countingGround, never, range } from './counting.for-spec.js';
import { readDeadLetter } from './dead-letter.js';
import { PartitionStopped } from './errors.js';
import { batchOf, eventOf, topics } from './ground.for-spec.js';

let ground: CountingGround;

beforeAll(async () => {
  ground = await countingGround();
});

beforeEach(() => ground.anew());

afterAll(() => ground.close());

describe('a record that cannot be decided', () => {
  it('becomes one dead letter, and its neighbours are applied in order', async () => {
    const loop = await ground.started();
    expect(await loop.handle(batchOf(10, counted(1, 2, -3, 4, 5, 6, 7)), never)).toBe(17);
    expect(await ground.applied()).toEqual([1, 2, 4, 5, 6, 7]);
    expect(await ground.checkpoint()).toBe(17);
    const [letter, ...more] = await ground.letters();
    expect(more).toEqual([]);
    expect(letter).toMatchObject({
      topic: topics.events,
      partition: 0,
      offset: 12,
      timestamp: 1012,
      group: ground.name,
      error: 'Undecidable',
      message: 'cannot decide -3, token=...',
      serviceVersion: '1',
    });
    expect(JSON.parse(letter!.value!.toString())).toEqual(eventOf('Counted', -3));
    expect(await ground.emitted()).toEqual([1, 2, 4, 5, 6, 7]);
  });

  it('is named in the log with its trace', async () => {
    const loop = await ground.started();
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    const batch = batchOf(0, counted(1, -2));
    await loop.handle({ ...batch, records: batch.records.map((record) => ({ ...record, headers })) }, never);
    const told = ground.log.lines.findLast(({ message }) => message.includes('could not be decided'));
    expect(told?.fields).toMatchObject({ offset: 1, traceId });
  });

  it('is found wherever it is, and however many there are', async () => {
    const loop = await ground.started();
    const ns = range(0, 64).map((n) => ([0, 7, 8, 31, 32, 63].includes(n) ? -1 - n : n));
    await loop.handle(batchOf(0, counted(...ns)), never);
    expect(await ground.applied()).toEqual(ns.filter((n) => n >= 0));
    expect((await ground.letters()).map(({ offset }) => offset).sort((a, b) => a - b)).toEqual([0, 7, 8, 31, 32, 63]);
  });

  it('may be one of which the database refuses the values', async () => {
    const loop = await ground.started();
    await loop.handle(batchOf(0, counted(1, 100_000, 2)), never);
    expect(await ground.applied()).toEqual([1, 2]);
    expect((await ground.letters()).map(({ offset, error }) => [offset, error])).toEqual([[1, 'error']]);
  });

  it('may be one that meets a bug', async () => {
    const loop = await ground.started({
      apply: (batch, unit) => {
        for (const { event } of batch) (event.payload as { n: number }).n.toFixed();
        return ground.definition().apply(batch, unit);
      },
    });
    await loop.handle(
      batchOf(0, [...counted(1), { ...eventOf('Counted', 9), payload: { n: null } }, ...counted(2)]),
      never,
    );
    expect(await ground.applied()).toEqual([1, 2]);
    expect((await ground.letters()).map(({ offset, error }) => [offset, error])).toEqual([[1, 'TypeError']]);
  });

  it('may be found at the commit only', async () => {
    await ground.store.query(`create table if not exists late (n integer unique deferrable initially deferred)`);
    const loop = await ground.started({
      apply: async (batch, unit) => {
        for (const { event } of batch) {
          await unit.tx.query('insert into late values ($1)', [(event.payload as { n: number }).n]);
        }
      },
    });
    await loop.handle(batchOf(0, counted(1, 1, 2)), never);
    expect((await ground.letters()).map(({ offset, error }) => [offset, error])).toEqual([[1, 'error']]);
  });

  it('is no reason to lose what was done when the database goes away in the middle', async () => {
    let letterTries = 0;
    const loop = await ground.started();
    armCrashpoints((at) => {
      if (at === 'processor.before-commit' && ++letterTries === 2)
        throw Object.assign(new Error('x'), { code: '57P01' });
    });
    const batch = batchOf(0, counted(1, 2, -3, 4));
    await expect(loop.handle(batch, never)).rejects.toMatchObject({ code: '57P01' });
    expect(await loop.handle(batch, never)).toBe(4);
    expect(await ground.applied()).toEqual([1, 2, 4]);
    expect(await ground.letters()).toHaveLength(1);
  });
});

describe('records that nobody can use', () => {
  it('are one dead letter each for the one processor that writes them', async () => {
    const loop = await ground.started({ writesUndecodable: true });
    const stranger = eventOf('Counted', 5);
    const values = [
      '{',
      eventOf('Counted', 1),
      { ...stranger, metadata: { ...stranger.metadata, organizationId: 'nobody' } },
    ];
    await loop.handle(batchOf(700, values), never);
    await ground.relay.whenDrained();
    const mine = ground.records(topics.deadLetters).map((record) => readDeadLetter(record)!);
    expect(mine.filter(({ offset }) => offset >= 700).map(({ error, group }) => [error, group])).toEqual([
      ['undecodable', undefined],
      ['unknown-organization', undefined],
    ]);
    expect(await ground.applied()).toEqual([1]);
    expect(await ground.checkpoint()).toBe(703);
  });

  it('never stop a partition, however many', async () => {
    const loop = await ground.started({ writesUndecodable: true });
    const count = MAX_FAULTS * 3;
    expect(
      await loop.handle(
        batchOf(
          1000,
          range(0, count).map(() => '{'),
        ),
        never,
      ),
    ).toBe(1000 + count);
    expect(loop.progress()[0]?.stopped).toBeUndefined();
  });
});

describe('a version that can decide nothing', () => {
  it('stops the partition by name after a hundred in a row, and dead-letters no more', async () => {
    const loop = await ground.started();
    await loop.handle(batchOf(0, counted(1)), never);
    const batch = batchOf(1, counted(...range(1, 151).map((n) => -n)));
    await expect(loop.handle(batch, never)).rejects.toThrow(PartitionStopped);
    await expect(loop.handle(batch, never)).rejects.toThrow(`${ground.name} stopped events/0 at offset 101`);
    expect(await ground.checkpoint()).toBe(101);
    expect(await ground.letters()).toHaveLength(MAX_FAULTS);
    expect(loop.progress()[0]?.stopped).toBeInstanceOf(PartitionStopped);
  });

  it('stays stopped when its partition is given to it again, and dead-letters no more', async () => {
    const loop = await ground.started();
    const batch = batchOf(0, counted(...range(0, 150).map((n) => -1 - n)));
    await expect(loop.handle(batch, never)).rejects.toThrow(PartitionStopped);
    await loop.resumeFrom(topics.events, 'topic-id', []);
    await loop.resumeFrom(topics.events, 'topic-id', [0]);
    await expect(loop.handle(batchOf(100, counted(-101)), never)).rejects.toThrow(PartitionStopped);
    expect(await ground.letters()).toHaveLength(MAX_FAULTS);
  });

  it('is counted over batches, and from the start after every success', async () => {
    const loop = await ground.started();
    await loop.handle(batchOf(0, counted(...range(0, 99).map((n) => -1 - n))), never);
    await loop.handle(batchOf(99, counted(99)), never);
    await loop.handle(batchOf(100, counted(...range(0, 100).map((n) => -1 - n))), never);
    await expect(loop.handle(batchOf(200, counted(-1)), never)).rejects.toThrow(PartitionStopped);
    expect(await ground.letters()).toHaveLength(199);
  });
});
