import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '#libs/core';
import { type Claim, type Ledger } from './ledger.js';
import { MemoryLedger } from './memory-ledger.js';
import { Once } from './once.js';
import { KeyConflict } from './running.js';

const fast = { patience: 50, rest: 10_000, look: 1, wait: 200, kept: 2 };

function claim(): Claim {
  return { key: randomBytes(32), body: Buffer.from('a') };
}

function once(ledger: Ledger = new MemoryLedger(new ManualClock(0))): Once {
  return new Once(ledger, fast);
}

/** Does `work` under `one` as a request would; answers what the client would get. */
async function run(at: Once, one: Claim, work: () => Promise<unknown>): Promise<unknown> {
  const attempt = await at.begin([one]);
  if (attempt.parts[0] !== 'mine') return attempt.answerOf(0);
  const answer = await work();
  await attempt.finish(new Map([[0, answer]]));
  return answer;
}

describe('Once', () => {
  it('does the work of two hundred at the same time once, and answers all alike', async () => {
    const at = once();
    let done = 0;
    const one = claim();
    const work = (): Promise<number> => Promise.resolve(++done);
    const answers = await Promise.all(Array.from({ length: 200 }, () => run(at, one, work)));
    expect(new Set(answers)).toEqual(new Set([1]));
    expect(await run(at, one, work)).toBe(1);
    expect(done).toBe(1);
  });

  it('does it once at two replicas with one ledger', async () => {
    const ledger = new MemoryLedger(new ManualClock(0));
    const [a, b] = [once(ledger), once(ledger)];
    let done = 0;
    const one = claim();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => run(i % 2 ? a : b, one, () => Promise.resolve(++done))),
    );
    expect(new Set(answers)).toEqual(new Set([1]));
    expect(done).toBe(1);
  });

  it('tells another body under the same key, in this process and in another', async () => {
    const ledger = new MemoryLedger(new ManualClock(0));
    const [a, b] = [once(ledger), once(ledger)];
    const one = claim();
    const other = { ...one, body: Buffer.from('b') };
    const attempt = await a.begin([one]);
    expect((await a.begin([other])).parts).toEqual(['conflict']);
    expect((await b.begin([other])).parts).toEqual(['conflict']);
    await attempt.finish(new Map([[0, 1]]));
    expect((await a.begin([other])).parts).toEqual(['conflict']);
  });

  it('tells whoever joined a request that turned out to be another body', async () => {
    const ledger = new MemoryLedger(new ManualClock(0));
    const one = claim();
    await ledger.claim([{ ...one, body: Buffer.from('b') }]);
    const at = once(ledger);
    const [first, second] = [at.begin([one]), at.begin([one])];
    expect((await first).parts).toEqual(['conflict']);
    await expect((await second).answerOf(0)).rejects.toThrow(KeyConflict);
  });

  it('lets the next try after a failure, and tells those who waited to come back', async () => {
    const at = once();
    const one = claim();
    const attempt = await at.begin([one]);
    const waiting = (await at.begin([one])).answerOf(0);
    await attempt.abandon('half-done');
    await expect(waiting).rejects.toMatchObject({ status: 503 });
    expect(await run(at, one, () => Promise.resolve('again'))).toBe('again');
  });

  it('knows a key twice in one request', async () => {
    const one = claim();
    const attempt = await once().begin([one, one, { ...one, body: Buffer.from('b') }]);
    expect(attempt.parts).toEqual(['mine', 'theirs', 'conflict']);
    await attempt.finish(new Map([[0, 'x']]));
    expect(await attempt.answerOf(1)).toBe('x');
  });

  it('gives up waiting for a process that does not answer', async () => {
    const ledger = new MemoryLedger(new ManualClock(0));
    const one = claim();
    await ledger.claim([one]);
    const attempt = await once(ledger).begin([one]);
    expect(attempt.parts).toEqual(['theirs']);
    await expect(attempt.answerOf(0)).rejects.toMatchObject({ status: 503 });
  });

  it('goes on without a ledger that fails, and leaves it alone for a while', async () => {
    let asked = 0;
    const failing = new (class extends MemoryLedger {
      override claim(): Promise<never> {
        asked++;
        return Promise.reject(new Error('down'));
      }
    })(new ManualClock(0));
    const at = once(failing);
    const one = claim();
    const answers = await Promise.all([1, 2, 3].map((n) => run(at, one, () => Promise.resolve(n))));
    expect(answers).toEqual([1, 1, 1]);
    await run(at, claim(), () => Promise.resolve(0));
    expect(asked).toBe(1);
  });

  it('remembers the newest answers itself while the ledger is away', async () => {
    const at = once(
      new (class extends MemoryLedger {
        override claim(): Promise<never> {
          return Promise.reject(new Error('down'));
        }
      })(new ManualClock(0)),
    );
    const [first, second, third] = [claim(), claim(), claim()];
    for (const one of [first, second, third]) await run(at, one, () => Promise.resolve('done'));
    expect(await run(at, third, () => Promise.resolve('again'))).toBe('done');
    expect(await run(at, first, () => Promise.resolve('again'))).toBe('again');
  });

  it('goes on without a ledger that hangs', async () => {
    const hanging = new (class extends MemoryLedger {
      override claim(): Promise<never> {
        return new Promise(() => undefined);
      }
    })(new ManualClock(0));
    expect(await run(once(hanging), claim(), () => Promise.resolve('done'))).toBe('done');
  });

  it('keeps nothing of requests that ended', async () => {
    const at = once();
    const one = claim();
    await run(at, one, () => Promise.resolve(1));
    expect((at as unknown as { running: Map<string, unknown> }).running.size).toBe(0);
    await run(at, one, () => Promise.resolve(2));
    expect((at as unknown as { running: Map<string, unknown> }).running.size).toBe(0);
  });
});
