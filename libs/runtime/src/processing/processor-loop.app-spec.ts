import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { armCrashpoints } from '#libs/core';
import { TopicRecreated } from '#libs/event-stream';
import { readCheckpoints } from '#libs/store';
import { type ProcessorDefinition, Undecidable } from '../processor.js';
import { MAX_FAULTS } from './batch-settlement.js';
import { readDeadLetter } from './dead-letter.js';
import { CheckpointRemoved, PartitionStopped } from './errors.js';
import { batchOf, eventOf, type ProcessingGround, processingGround, tenants, topics } from './ground.for-spec.js';
import { processorMetrics } from './metrics.js';
import { type StoreOutboxRelay } from './outbox-relay.js';
import { pgProxy } from './pg-proxy.for-spec.js';
import { ProcessorLoop } from './processor-loop.js';
import { EventWorkload } from './workload.js';

let ground: ProcessingGround;
let relay: StoreOutboxRelay;
let name: string;
let serial = 0;

beforeAll(async () => {
  ground = await processingGround();
  relay = ground.startRelay();
  await ground.store.query(
    'create table applied (processor text, n integer check (n < 100000), primary key (processor, n))',
  );
});

beforeEach(() => {
  name = `app.p${serial++}`;
});

afterEach(() => armCrashpoints(undefined));

afterAll(() => ground.close());

const never = { signal: new AbortController().signal };

/** Writes the `n` of each event down and emits an event for it. A negative one cannot be decided. */
const definition = (over: Partial<ProcessorDefinition> = {}): ProcessorDefinition => ({
  name,
  topic: topics.events,
  handles: new Set(['Counted']),
  async apply(batch, unit) {
    for (const { event } of batch) {
      const { n } = event.payload as { n: number };
      if (n < 0) throw new Undecidable(`cannot decide ${n}, token=s3cr3t`);
      await unit.tx.query('insert into applied (processor, n) values ($1, $2)', [name, n]);
      unit.emit(eventOf('Emitted', n, `${name}/${n}`));
    }
  },
  ...over,
});

function loopOf(over: Partial<ProcessorDefinition> = {}, store = ground.store) {
  const { log, metrics } = ground;
  const scope = {
    processor: name,
    topic: topics.events,
    topics,
    version: '1',
    store,
    relay,
    log,
    metrics: processorMetrics(metrics),
  };
  return new ProcessorLoop(scope, new EventWorkload(definition(over), tenants));
}

/** A loop that owns partition 0. */
async function started(over: Partial<ProcessorDefinition> = {}, store = ground.store) {
  const loop = loopOf(over, store);
  await loop.resumeFrom(topics.events, 'topic-id', [0]);
  return loop;
}

const counted = (...ns: number[]) => ns.map((n) => eventOf('Counted', n));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

async function applied(): Promise<number[]> {
  const { rows } = await ground.store.query<{ n: number }>('select n from applied where processor = $1 order by n', [
    name,
  ]);
  return rows.map(({ n }) => n);
}

async function checkpoint(): Promise<number | undefined> {
  return (await readCheckpoints(ground.store, name, topics.events))[0]?.nextOffset;
}

const emitted = () =>
  ground
    .records(topics.events)
    .map(({ value }) => JSON.parse(value!.toString()) as ReturnType<typeof eventOf>)
    .filter(({ metadata }) => metadata.subject.startsWith(`${name}/`))
    .map(({ payload }) => (payload as { n: number }).n)
    .sort((a, b) => a - b);

async function letters() {
  await relay.whenDrained();
  return ground
    .records(topics.deadLetters)
    .map((record) => readDeadLetter(record)!)
    .filter(({ group, error }) => group === name || (group === undefined && error.endsWith(name)));
}

describe('a batch', () => {
  it('moves the checkpoint, the state and the outbox together', async () => {
    const loop = await started();
    expect(await loop.handle(batchOf(0, counted(0, 1, 2)), never)).toBe(3);
    expect(await applied()).toEqual([0, 1, 2]);
    expect(await checkpoint()).toBe(3);
    await relay.whenDrained();
    expect(emitted()).toEqual([0, 1, 2]);
  });

  it('goes on where the checkpoint is, also in another life', async () => {
    await (await started()).handle(batchOf(0, counted(0, 1)), never);
    const second = loopOf();
    expect(await second.resumeFrom(topics.events, 'topic-id', [0, 1])).toEqual(new Map([[0, 2]]));
    expect(await second.handle(batchOf(2, counted(2)), never)).toBe(3);
    expect(await applied()).toEqual([0, 1, 2]);
  });

  it('is cut to what is new when some of it was done before', async () => {
    const loop = await started();
    await loop.handle(batchOf(0, counted(0, 1)), never);
    expect(await loop.handle(batchOf(0, counted(0, 1)), never)).toBe(2);
    expect(await loop.handle(batchOf(1, counted(1, 2, 3)), never)).toBe(4);
    expect(await applied()).toEqual([0, 1, 2, 3]);
  });

  it('may have gaps in its offsets', async () => {
    const loop = await started();
    expect(await loop.handle(batchOf(10, counted(1), { nextOffset: 25 }), never)).toBe(25);
    expect(await checkpoint()).toBe(25);
    expect(await loop.handle(batchOf(40, counted(2)), never)).toBe(41);
  });

  it('is left alone when the partition is lost already', async () => {
    const loop = await started();
    await loop.handle(batchOf(0, counted(0)), never);
    expect(await loop.handle(batchOf(1, counted(1)), { signal: AbortSignal.abort() })).toBe(1);
    expect(await applied()).toEqual([0]);
  });
});

describe('a batch in which nothing is ours', () => {
  const others = () => range(0, 50).map((n) => eventOf('Other', n));

  it('costs no transaction, and the checkpoint follows with the next one', async () => {
    const loop = await started();
    await loop.handle(batchOf(0, counted(0)), never);
    expect(await loop.handle(batchOf(1, others()), never)).toBe(51);
    expect(await checkpoint()).toBe(1);
    await loop.handle(batchOf(51, counted(51)), never);
    expect(await checkpoint()).toBe(52);
  });

  it('is remembered when the processor stops', async () => {
    const loop = await started();
    await loop.handle(batchOf(0, others()), never);
    await loop.flush();
    expect(await checkpoint()).toBeUndefined();
    await loop.flush(true);
    expect(await checkpoint()).toBe(50);
    await loop.flush(true);
    expect(await checkpoint()).toBe(50);
  });

  it('is remembered after many', async () => {
    const loop = await started();
    await loop.handle(batchOf(0, others(), { nextOffset: 10_000 }), never);
    await loop.flush();
    expect(await checkpoint()).toBe(10_000);
  });
});

describe('two owners of one partition', () => {
  it('cannot both write: the second drops its batch and goes where the first is', async () => {
    const [one, two] = [await started(), await started()];
    expect(await one.handle(batchOf(0, counted(0, 1, 2)), never)).toBe(3);
    expect(await two.handle(batchOf(0, counted(0, 1)), never)).toBe(3);
    expect(await applied()).toEqual([0, 1, 2]);
    expect(await two.handle(batchOf(3, counted(3)), never)).toBe(4);
    expect(await one.handle(batchOf(3, counted(3)), never)).toBe(4);
    expect(await applied()).toEqual([0, 1, 2, 3]);
    expect(await ground.metrics.text()).toContain(`processor_checkpoints_lost_total{processor="${name}"} 2`);
  });

  it('cannot both write at the same moment either', async () => {
    const loops = await Promise.all(range(0, 4).map(() => started()));
    const answers = await Promise.all(loops.map((loop) => loop.handle(batchOf(0, counted(...range(0, 20))), never)));
    expect(answers).toEqual([20, 20, 20, 20]);
    expect(await applied()).toEqual(range(0, 20));
    await relay.whenDrained();
    expect(emitted()).toEqual(range(0, 20));
  });

  it('are noticed by a sweep too, and the next batch answered with the right place', async () => {
    const [one, two] = [await started(), await started()];
    await one.handle(batchOf(0, counted(0)), never);
    await two.handle(batchOf(0, [eventOf('Other', 1)]), never);
    await two.sweep(0, () => Promise.reject(new Error('never reached')));
    expect(await two.handle(batchOf(1, counted(1)), never)).toBe(1);
    expect(await two.handle(batchOf(1, counted(1)), never)).toBe(2);
  });

  it('stop when the checkpoint is removed under them', async () => {
    const loop = await started();
    await loop.handle(batchOf(0, counted(0)), never);
    await ground.store.query('delete from checkpoint where processor = $1', [name]);
    await expect(loop.handle(batchOf(1, counted(1)), never)).rejects.toThrow(CheckpointRemoved);
  });
});

describe('another topic of the same name', () => {
  it('is refused by name: its offsets mean something else', async () => {
    await (await started()).handle(batchOf(0, counted(0)), never);
    await expect(loopOf().resumeFrom(topics.events, 'another-id', [0])).rejects.toThrow(TopicRecreated);
  });
});

describe('trouble with the database', () => {
  it('leaves nothing behind, and the same batch passes afterwards', async () => {
    let cut = true;
    const loop = await started({
      apply: async (batch, unit) => {
        await definition().apply(batch, unit);
        if (cut) await unit.tx.query('select pg_terminate_backend(pg_backend_pid())');
      },
    });
    await expect(loop.handle(batchOf(0, counted(0, 1)), never)).rejects.toThrow();
    expect([await applied(), await checkpoint()]).toEqual([[], undefined]);
    cut = false;
    expect(await loop.handle(batchOf(0, counted(0, 1)), never)).toBe(2);
    expect(await applied()).toEqual([0, 1]);
    expect(await letters()).toEqual([]);
  });

  it('is no reason to do a batch twice when the answer to its COMMIT was lost', async () => {
    const proxy = await pgProxy(ground.database.url);
    const store = await ground.open(proxy.url);
    const loop = await started({}, store);
    await loop.handle(batchOf(0, counted(0)), never);
    proxy.state.swallowCommit = true;
    expect(await loop.handle(batchOf(1, counted(1, 2)), never)).toBe(3);
    expect(proxy.state.swallowed).toBe(1);
    expect(await loop.handle(batchOf(3, counted(3)), never)).toBe(4);
    expect(await applied()).toEqual([0, 1, 2, 3]);
    await relay.whenDrained();
    expect(emitted()).toEqual([0, 1, 2, 3]);
    await store.close();
    await proxy.close();
  });

  it('is not taken for poison: a deadlock, a lock that is held, a full disk', async () => {
    for (const code of ['40P01', '55P03', '53100']) {
      const failing = await started({ apply: () => Promise.reject(Object.assign(new Error('x'), { code })) });
      await expect(failing.handle(batchOf(0, counted(0)), never)).rejects.toMatchObject({ code });
    }
    expect(await letters()).toEqual([]);
  });
});

describe('a process that dies', () => {
  const points = ['processor.before-transaction', 'processor.before-commit', 'processor.after-commit'];

  it.each(points)('at %s has done all of the batch or nothing', async (point) => {
    const loop = await started();
    armCrashpoints((at) => {
      if (at === point) throw Object.assign(new Error('died'), { code: 'ECONNRESET' });
    });
    await expect(loop.handle(batchOf(0, counted(0, 1)), never)).rejects.toThrow('died');
    armCrashpoints(undefined);
    const done = point === 'processor.after-commit';
    expect([await applied(), await checkpoint()]).toEqual(done ? [[0, 1], 2] : [[], undefined]);
    const next = await started();
    expect(await next.handle(batchOf(done ? 2 : 0, done ? counted(2) : counted(0, 1, 2)), never)).toBe(3);
    await relay.whenDrained();
    expect(await applied()).toEqual([0, 1, 2]);
    expect(emitted()).toEqual([0, 1, 2]);
  });
});

describe('a record that cannot be decided', () => {
  it('becomes one dead letter, and its neighbours are applied in order', async () => {
    const loop = await started();
    expect(await loop.handle(batchOf(10, counted(1, 2, -3, 4, 5, 6, 7)), never)).toBe(17);
    expect(await applied()).toEqual([1, 2, 4, 5, 6, 7]);
    expect(await checkpoint()).toBe(17);
    const [letter, ...more] = await letters();
    expect(more).toEqual([]);
    expect(letter).toMatchObject({
      topic: topics.events,
      partition: 0,
      offset: 12,
      timestamp: 1012,
      group: name,
      error: 'Undecidable',
      message: 'cannot decide -3, token=...',
      serviceVersion: '1',
    });
    expect(JSON.parse(letter!.value!.toString())).toEqual(eventOf('Counted', -3));
    expect(emitted()).toEqual([1, 2, 4, 5, 6, 7]);
  });

  it('is found wherever it is, and however many there are', async () => {
    const loop = await started();
    const ns = range(0, 64).map((n) => ([0, 7, 8, 31, 32, 63].includes(n) ? -1 - n : n));
    await loop.handle(batchOf(0, counted(...ns)), never);
    expect(await applied()).toEqual(ns.filter((n) => n >= 0));
    expect((await letters()).map(({ offset }) => offset).sort((a, b) => a - b)).toEqual([0, 7, 8, 31, 32, 63]);
  });

  it('may be one of which the database refuses the values', async () => {
    const loop = await started();
    await loop.handle(batchOf(0, counted(1, 100_000, 2)), never);
    expect(await applied()).toEqual([1, 2]);
    expect((await letters()).map(({ offset, error }) => [offset, error])).toEqual([[1, 'error']]);
  });

  it('may be one that meets a bug', async () => {
    const loop = await started({
      apply: (batch, unit) => {
        for (const { event } of batch) (event.payload as { n: number }).n.toFixed();
        return definition().apply(batch, unit);
      },
    });
    await loop.handle(
      batchOf(0, [...counted(1), { ...eventOf('Counted', 9), payload: { n: null } }, ...counted(2)]),
      never,
    );
    expect(await applied()).toEqual([1, 2]);
    expect((await letters()).map(({ offset, error }) => [offset, error])).toEqual([[1, 'TypeError']]);
  });

  it('may be found at the commit only', async () => {
    await ground.store.query(`create table if not exists late (n integer unique deferrable initially deferred)`);
    const loop = await started({
      apply: async (batch, unit) => {
        for (const { event } of batch) {
          await unit.tx.query('insert into late values ($1)', [(event.payload as { n: number }).n]);
        }
      },
    });
    await loop.handle(batchOf(0, counted(1, 1, 2)), never);
    expect((await letters()).map(({ offset, error }) => [offset, error])).toEqual([[1, 'error']]);
  });

  it('is no reason to lose what was done when the database goes away in the middle', async () => {
    let letterTries = 0;
    const loop = await started();
    armCrashpoints((at) => {
      if (at === 'processor.before-commit' && ++letterTries === 2)
        throw Object.assign(new Error('x'), { code: '57P01' });
    });
    const batch = batchOf(0, counted(1, 2, -3, 4));
    await expect(loop.handle(batch, never)).rejects.toMatchObject({ code: '57P01' });
    expect(await loop.handle(batch, never)).toBe(4);
    expect(await applied()).toEqual([1, 2, 4]);
    expect(await letters()).toHaveLength(1);
  });
});

describe('records that nobody can use', () => {
  it('are one dead letter each for the one processor that writes them', async () => {
    const loop = await started({ writesUndecodable: true });
    const stranger = eventOf('Counted', 5);
    const values = [
      '{',
      eventOf('Counted', 1),
      { ...stranger, metadata: { ...stranger.metadata, organizationId: 'nobody' } },
    ];
    await loop.handle(batchOf(700, values), never);
    await relay.whenDrained();
    const mine = ground.records(topics.deadLetters).map((record) => readDeadLetter(record)!);
    expect(mine.filter(({ offset }) => offset >= 700).map(({ error, group }) => [error, group])).toEqual([
      ['undecodable', undefined],
      ['unknown-organization', undefined],
    ]);
    expect(await applied()).toEqual([1]);
    expect(await checkpoint()).toBe(703);
  });

  it('never stop a partition, however many', async () => {
    const loop = await started({ writesUndecodable: true });
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
    const loop = await started();
    await loop.handle(batchOf(0, counted(1)), never);
    const batch = batchOf(1, counted(...range(1, 151).map((n) => -n)));
    await expect(loop.handle(batch, never)).rejects.toThrow(PartitionStopped);
    await expect(loop.handle(batch, never)).rejects.toThrow(`${name} stopped events/0 at offset 101`);
    expect(await checkpoint()).toBe(101);
    expect(await letters()).toHaveLength(MAX_FAULTS);
    expect(loop.progress()[0]?.stopped).toBeInstanceOf(PartitionStopped);
  });

  it('is counted over batches, and from the start after every success', async () => {
    const loop = await started();
    await loop.handle(batchOf(0, counted(...range(0, 99).map((n) => -1 - n))), never);
    await loop.handle(batchOf(99, counted(99)), never);
    await loop.handle(batchOf(100, counted(...range(0, 100).map((n) => -1 - n))), never);
    await expect(loop.handle(batchOf(200, counted(-1)), never)).rejects.toThrow(PartitionStopped);
    expect(await letters()).toHaveLength(199);
  });
});

describe('a sweep', () => {
  it('runs fenced, after the batches, and publishes what it emits', async () => {
    const loop = await started();
    await loop.handle(batchOf(0, [...counted(0), eventOf('Other', 1)]), never);
    await loop.sweep(0, async (unit) => {
      expect((await unit.tx.query('select n from applied where processor = $1', [name])).rows).toEqual([{ n: 0 }]);
      unit.emit(eventOf('Swept', 77, `${name}/swept`));
    });
    await relay.whenDrained();
    expect(emitted()).toEqual([0, 77]);
    expect(await checkpoint()).toBe(2);
  });

  it('does nothing before anything was read, and nothing on a stopped partition', async () => {
    const loop = await started();
    await loop.sweep(0, () => Promise.reject(new Error('never')));
    await loop.sweep(5, () => Promise.reject(new Error('never')));
  });

  it('that fails leaves nothing', async () => {
    const loop = await started();
    await loop.handle(batchOf(0, counted(0)), never);
    const failed = loop.sweep(0, async (unit) => {
      await unit.tx.query('delete from applied where processor = $1', [name]);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await applied()).toEqual([0]);
  });
});
