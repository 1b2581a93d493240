import { describe, expect, it } from '@jest/globals';
import { Groups } from './groups.js';

function groups(fails: (tasks: readonly number[]) => Error | undefined = () => undefined) {
  const runs: (readonly number[])[] = [];
  const doors: (() => void)[] = [];
  const all = new Groups<number, string>({
    run: async (tasks) => {
      runs.push(tasks);
      await new Promise<void>((open) => doors.push(open));
      const error = fails(tasks);
      if (error) throw error;
      return tasks.map((task) => `did ${task}`);
    },
    isOfOne: (error) => error instanceof RangeError,
  });
  /** Lets every run end as soon as it begins. */
  const flow = async (until: Promise<unknown>): Promise<void> => {
    let over = false;
    void until.finally(() => (over = true)).catch(() => undefined);
    while (!over) {
      doors.shift()?.();
      await new Promise((next) => setImmediate(next));
    }
  };
  return { all, runs, flow };
}

describe('commands that come together', () => {
  it('are done together, and each gets its own answer', async () => {
    const { all, runs, flow } = groups();
    const answers = Promise.all([all.submit([1]), all.submit([2, 3]), all.submit([4])]);
    await flow(answers);
    expect(await answers).toEqual([['did 1'], ['did 2', 'did 3'], ['did 4']]);
    expect(runs[0]).toEqual([1, 2, 3, 4]);
  });

  it('wait for two groups at most, and stay together', async () => {
    const { all, runs, flow } = groups();
    const many = Array.from({ length: 40 }, (_, n) => all.submit([n, n, n]));
    await flow(Promise.all(many));
    expect(runs.map(({ length }) => length)).toEqual([66, 54]);
  });

  it('fail alone where one of them is to blame', async () => {
    const { all, flow } = groups((tasks) => (tasks.includes(2) ? new RangeError('two') : undefined));
    const answers = Promise.allSettled([all.submit([1]), all.submit([2]), all.submit([3])]);
    await flow(answers);
    expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fail together where nobody is', async () => {
    const { all, runs, flow } = groups(() => new Error('no database'));
    const answers = Promise.allSettled([all.submit([1]), all.submit([2])]);
    await flow(answers);
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(runs).toHaveLength(1);
  });
});
