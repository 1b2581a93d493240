import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { armCrashpoints } from '#libs/core';
import { TopicRecreated } from '#libs/event-stream';
import { counted, type CountingGround, countingGround, never, range } from './counting.for-spec.js';
import { CheckpointRemoved } from './errors.js';
import { batchOf, eventOf, topics } from './ground.for-spec.js';
import { pgProxy } from './pg-proxy.for-spec.js';

let ground: CountingGround;

beforeAll(async () => {
  ground = await countingGround();
});

beforeEach(() => ground.anew());

afterAll(() => ground.close());

describe('a batch', () => {
  it('moves the checkpoint, the state and the outbox together', async () => {
    const loop = await ground.started();
    expect(await loop.handle(batchOf(0, counted(0, 1, 2)), never)).toBe(3);
    expect(await ground.applied()).toEqual([0, 1, 2]);
    expect(await ground.checkpoint()).toBe(3);
    expect(await ground.emitted()).toEqual([0, 1, 2]);
  });

  it('goes on where the checkpoint is, also in another life', async () => {
    await (await ground.started()).handle(batchOf(0, counted(0, 1)), never);
    const second = ground.loopOf();
    expect(await second.resumeFrom(topics.events, 'topic-id', [0, 1])).toEqual(new Map([[0, 2]]));
    expect(await second.handle(batchOf(2, counted(2)), never)).toBe(3);
    expect(await ground.applied()).toEqual([0, 1, 2]);
  });

  it('is cut to what is new when some of it was done before', async () => {
    const loop = await ground.started();
    await loop.handle(batchOf(0, counted(0, 1)), never);
    expect(await loop.handle(batchOf(0, counted(0, 1)), never)).toBe(2);
    expect(await loop.handle(batchOf(1, counted(1, 2, 3)), never)).toBe(4);
    expect(await ground.applied()).toEqual([0, 1, 2, 3]);
    expect(await ground.metrics.text()).toContain(
      `processor_records_total{processor="${ground.name}",outcome="repeated"} 1`,
    );
  });

  it('may have gaps in its offsets', async () => {
    const loop = await ground.started();
    expect(await loop.handle(batchOf(10, counted(1), { nextOffset: 25 }), never)).toBe(25);
    expect(await ground.checkpoint()).toBe(25);
    expect(await loop.handle(batchOf(40, counted(2)), never)).toBe(41);
  });

  it('is left alone when the partition is lost already', async () => {
    const loop = await ground.started();
    await loop.handle(batchOf(0, counted(0)), never);
    expect(await loop.handle(batchOf(1, counted(1)), { signal: AbortSignal.abort() })).toBe(1);
    expect(await ground.applied()).toEqual([0]);
  });
});

describe('a batch in which nothing is ours', () => {
  const others = () => range(0, 50).map((n) => eventOf('Other', n));

  it('costs no transaction, and the checkpoint follows with the next one', async () => {
    const loop = await ground.started();
    await loop.handle(batchOf(0, counted(0)), never);
    expect(await loop.handle(batchOf(1, others()), never)).toBe(51);
    expect(await ground.checkpoint()).toBe(1);
    await loop.handle(batchOf(51, counted(51)), never);
    expect(await ground.checkpoint()).toBe(52);
  });

  it('is remembered when the processor stops', async () => {
    const loop = await ground.started();
    await loop.handle(batchOf(0, others()), never);
    await loop.flush();
    expect(await ground.checkpoint()).toBeUndefined();
    await loop.flush(true);
    expect(await ground.checkpoint()).toBe(50);
    await loop.flush(true);
    expect(await ground.checkpoint()).toBe(50);
  });

  it('is remembered after many', async () => {
    const loop = await ground.started();
    await loop.handle(batchOf(0, others(), { nextOffset: 10_000 }), never);
    await loop.flush();
    expect(await ground.checkpoint()).toBe(10_000);
  });
});

describe('two owners of one partition', () => {
  it('cannot both write: the second drops its batch and goes where the first is', async () => {
    const [one, two] = [await ground.started(), await ground.started()];
    expect(await one.handle(batchOf(0, counted(0, 1, 2)), never)).toBe(3);
    expect(await two.handle(batchOf(0, counted(0, 1)), never)).toBe(3);
    expect(await ground.applied()).toEqual([0, 1, 2]);
    expect(await two.handle(batchOf(3, counted(3)), never)).toBe(4);
    expect(await one.handle(batchOf(3, counted(3)), never)).toBe(4);
    expect(await ground.applied()).toEqual([0, 1, 2, 3]);
    expect(await ground.metrics.text()).toContain(`processor_checkpoints_lost_total{processor="${ground.name}"} 2`);
  });

  it('cannot both write at the same moment either', async () => {
    const loops = await Promise.all(range(0, 4).map(() => ground.started()));
    const answers = await Promise.all(loops.map((loop) => loop.handle(batchOf(0, counted(...range(0, 20))), never)));
    expect(answers).toEqual([20, 20, 20, 20]);
    expect(await ground.applied()).toEqual(range(0, 20));
    expect(await ground.emitted()).toEqual(range(0, 20));
  });

  it('are noticed by a sweep too, and the next batch answered with the right place', async () => {
    const [one, two] = [await ground.started(), await ground.started()];
    await one.handle(batchOf(0, counted(0)), never);
    await two.handle(batchOf(0, [eventOf('Other', 1)]), never);
    await two.sweep(0, () => Promise.reject(new Error('never reached')));
    expect(await two.handle(batchOf(1, counted(1)), never)).toBe(1);
    expect(await two.handle(batchOf(1, counted(1)), never)).toBe(2);
  });

  it('stop when the checkpoint is removed under them', async () => {
    const loop = await ground.started();
    await loop.handle(batchOf(0, counted(0)), never);
    await ground.store.query('delete from checkpoint where processor = $1', [ground.name]);
    await expect(loop.handle(batchOf(1, counted(1)), never)).rejects.toThrow(CheckpointRemoved);
  });
});

describe('another topic of the same name', () => {
  it('is refused by name: its offsets mean something else', async () => {
    await (await ground.started()).handle(batchOf(0, counted(0)), never);
    await expect(ground.loopOf().resumeFrom(topics.events, 'another-id', [0])).rejects.toThrow(TopicRecreated);
  });
});

describe('trouble with the database', () => {
  it('leaves nothing behind, and the same batch passes afterwards', async () => {
    let cut = true;
    const loop = await ground.started({
      apply: async (batch, unit) => {
        await ground.definition().apply(batch, unit);
        if (cut) await unit.tx.query('select pg_terminate_backend(pg_backend_pid())');
      },
    });
    await expect(loop.handle(batchOf(0, counted(0, 1)), never)).rejects.toThrow();
    expect([await ground.applied(), await ground.checkpoint()]).toEqual([[], undefined]);
    cut = false;
    expect(await loop.handle(batchOf(0, counted(0, 1)), never)).toBe(2);
    expect(await ground.applied()).toEqual([0, 1]);
    expect(await ground.letters()).toEqual([]);
  });

  it('is no reason to do a batch twice when the answer to its COMMIT was lost', async () => {
    const proxy = await pgProxy(ground.database.url);
    const store = await ground.open(proxy.url);
    const loop = await ground.started({}, store);
    await loop.handle(batchOf(0, counted(0)), never);
    proxy.state.swallowCommit = true;
    expect(await loop.handle(batchOf(1, counted(1, 2)), never)).toBe(3);
    expect(proxy.state.swallowed).toBe(1);
    expect(await loop.handle(batchOf(3, counted(3)), never)).toBe(4);
    expect(await ground.applied()).toEqual([0, 1, 2, 3]);
    expect(await ground.emitted()).toEqual([0, 1, 2, 3]);
    await store.close();
    await proxy.close();
  });

  it('is not taken for poison: a deadlock, a lock that is held, a full disk', async () => {
    for (const code of ['40P01', '55P03', '53100']) {
      const failing = await ground.started({ apply: () => Promise.reject(Object.assign(new Error('x'), { code })) });
      await expect(failing.handle(batchOf(0, counted(0)), never)).rejects.toMatchObject({ code });
    }
    expect(await ground.letters()).toEqual([]);
  });
});

describe('a process that dies', () => {
  const points = ['processor.before-transaction', 'processor.before-commit', 'processor.after-commit'];

  it.each(points)('at %s has done all of the batch or nothing', async (point) => {
    const loop = await ground.started();
    armCrashpoints((at) => {
      if (at === point) throw Object.assign(new Error('died'), { code: 'ECONNRESET' });
    });
    await expect(loop.handle(batchOf(0, counted(0, 1)), never)).rejects.toThrow('died');
    armCrashpoints(undefined);
    const done = point === 'processor.after-commit';
    expect([await ground.applied(), await ground.checkpoint()]).toEqual(done ? [[0, 1], 2] : [[], undefined]);
    const next = await ground.started();
    expect(await next.handle(batchOf(done ? 2 : 0, done ? counted(2) : counted(0, 1, 2)), never)).toBe(3);
    await ground.relay.whenDrained();
    expect(await ground.applied()).toEqual([0, 1, 2]);
    expect(await ground.emitted()).toEqual([0, 1, 2]);
  });
});

describe('a sweep', () => {
  it('runs fenced, after the batches, and publishes what it emits', async () => {
    const loop = await ground.started();
    await loop.handle(batchOf(0, [...counted(0), eventOf('Other', 1)]), never);
    await loop.sweep(0, async (unit) => {
      expect((await unit.tx.query('select n from applied where processor = $1', [ground.name])).rows).toEqual([
        { n: 0 },
      ]);
      unit.emit(eventOf('Swept', 77, `${ground.name}/swept`));
    });
    expect(await ground.emitted()).toEqual([0, 77]);
    expect(await ground.checkpoint()).toBe(2);
  });

  it('does nothing before anything was read, and nothing on a stopped partition', async () => {
    const loop = await ground.started();
    await loop.sweep(0, () => Promise.reject(new Error('never')));
    await loop.sweep(5, () => Promise.reject(new Error('never')));
  });

  it('that fails leaves nothing', async () => {
    const loop = await ground.started();
    await loop.handle(batchOf(0, counted(0)), never);
    const failed = loop.sweep(0, async (unit) => {
      await unit.tx.query('delete from applied where processor = $1', [ground.name]);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await ground.applied()).toEqual([0]);
  });
});
