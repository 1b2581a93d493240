import { beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '#libs/core';
import { type Principal } from './principal.js';
import { digestOf } from './token.js';
import { type KnownToken, TokenVerifier } from './token-verifier.js';

const principal = { organizationId: 'o', kind: 'source' } as Principal;
const TOKEN = 'any-text-of-the-operator';

let clock: ManualClock;
let known: Map<string, KnownToken>;
let asked: number;
let broken: boolean;
let verifier: TokenVerifier;

beforeEach(() => {
  clock = new ManualClock(1_000_000);
  known = new Map([[TOKEN, { principal, expiresAt: null }]]);
  asked = 0;
  broken = false;
  const directory = {
    find: async () => {
      asked += 1;
      await Promise.resolve();
      if (broken) throw new Error('down');
      return known.get(TOKEN);
    },
  };
  verifier = new TokenVerifier(directory, clock, { patience: 5 });
});

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the token verifier', () => {
  it('asks once, then answers at once', async () => {
    expect(await verifier.verify(TOKEN)).toBe(principal);
    expect(verifier.verify(TOKEN)).toBe(principal);
    expect(asked).toBe(1);
  });

  it('asks once for many at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, async () => verifier.verify(TOKEN)));
    expect(all.every((answer) => answer === principal)).toBe(true);
    expect(asked).toBe(1);
  });

  it('looks again in the background, so that a busy token is never waited for', async () => {
    await verifier.verify(TOKEN);
    clock.advance(3_000);
    expect(verifier.verify(TOKEN)).toBe(principal);
    await settled();
    expect(asked).toBe(2);
  });

  it.each([3_000, 5_000])('refuses a revoked token that was last seen %d ms ago', async (idle) => {
    await verifier.verify(TOKEN);
    known.clear();
    clock.advance(idle);
    await verifier.verify(TOKEN);
    await settled();
    expect(await verifier.verify(TOKEN)).toBeUndefined();
  });

  it('refuses a revoked token at once when it was idle for 5 s', async () => {
    await verifier.verify(TOKEN);
    known.clear();
    clock.advance(5_000);
    expect(await verifier.verify(TOKEN)).toBeUndefined();
  });

  it('refuses a token from the moment of its expiry', async () => {
    known.set(TOKEN, { principal, expiresAt: clock.millis() + 1_000 });
    expect(await verifier.verify(TOKEN)).toBe(principal);
    clock.advance(1_000);
    expect(verifier.verify(TOKEN)).toBeUndefined();
  });

  it('serves what it knows while the database is down, at once after the first failure, for an hour', async () => {
    await verifier.verify(TOKEN);
    broken = true;
    clock.advance(60_000);
    expect(await verifier.verify(TOKEN)).toBe(principal);
    await settled();
    expect(verifier.verify(TOKEN)).toBe(principal);
    clock.advance(3_600_000);
    await expect(async () => verifier.verify(TOKEN)).rejects.toMatchObject({ status: 503 });
  });

  it('waits only so long for a database that does not answer', async () => {
    let hang = false;
    const slow = {
      find: () => (hang ? new Promise<never>(() => {}) : Promise.resolve({ principal, expiresAt: null })),
    };
    const patient = new TokenVerifier(slow, clock, { patience: 5 });
    await patient.verify(TOKEN);
    hang = true;
    clock.advance(5_000);
    expect(await patient.verify(TOKEN)).toBe(principal);
    expect(patient.verify(TOKEN)).toBe(principal);
  });

  it('says 503, not 401, when it knows nothing and cannot ask', async () => {
    broken = true;
    await expect(verifier.verify(TOKEN)).rejects.toMatchObject({ status: 503 });
    broken = false;
    expect(await verifier.verify(TOKEN)).toBe(principal);
  });

  it('refuses an invented token of our form without asking, and asks for an unknown one once a second', async () => {
    expect(verifier.verify(`toc_admin_${'a'.repeat(17)}_${'b'.repeat(47)}`)).toBeUndefined();
    expect(asked).toBe(0);
    known.clear();
    for (let i = 0; i < 10; i++) expect(await verifier.verify(TOKEN)).toBeUndefined();
    expect(asked).toBe(1);
    known.set(TOKEN, { principal, expiresAt: null });
    clock.advance(1_000);
    expect(await verifier.verify(TOKEN)).toBe(principal);
  });

  it('forgets no known token under a flood of invented ones, and asks for few of those at once', async () => {
    const release: (() => void)[] = [];
    const directory = {
      find: ({ digest }: { digest: Buffer }) =>
        digest.equals(digestOf(TOKEN))
          ? Promise.resolve({ principal, expiresAt: null })
          : new Promise<undefined>((resolve) => release.push(() => resolve(undefined))),
    };
    const flooded = new TokenVerifier(directory, clock, { capacity: 10 });
    await flooded.verify(TOKEN);
    const answers = Array.from({ length: 1000 }, async (_, i) => flooded.verify(`invented-token-number-${i}`));
    const refused = Promise.allSettled(answers);
    release.forEach((done) => done());
    expect(release.length).toBeLessThanOrEqual(32);
    const statuses = (await refused).map((answer) => (answer.status === 'rejected' ? 503 : answer.value));
    expect(new Set(statuses)).toEqual(new Set([503, undefined]));
    expect(flooded.verify(TOKEN)).toBe(principal);
  });
});
