import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Decider, type Projection } from '#libs/core';
import { spellingsOf } from './guarded.js';
import { freePort, uniqueName } from './names.js';
import { secretsIn, secretsInFolder } from './secrets.js';
import { givenFor, projectedBy } from './specification.js';
import { until } from './until.js';

const door: Decider<'open' | 'kick', boolean, 'opened' | 'broken'> = {
  initialState: false,
  decide: (command, open) => {
    if (command === 'kick') throw new Error('no kicking');
    return open ? [] : ['opened'];
  },
  evolve: (open, event) => event === 'opened' || open,
};
const given = givenFor(door);

describe('given, when, then', () => {
  it('holds a decider to its events', () => {
    given([]).when('open').then(['opened']);
    given(['opened']).when('open').thenNothing();
    given([]).when('kick').thenThrows('no kicking');
    given([]).when('open').thenSafeToRetry();
  });

  it('fails where they differ', () => {
    expect(() => given([]).when('open').thenNothing()).toThrow();
    expect(() => given(['opened']).when('open').then(['opened'])).toThrow();
    const always: typeof door = { ...door, decide: () => ['opened'] };
    expect(() => givenFor(always)([]).when('open').thenSafeToRetry()).toThrow();
  });

  it('holds a projection to its document', () => {
    const count: Projection<number, string> = {
      name: 'count',
      version: 1,
      handles: new Set(['a']),
      idOf: () => 'all',
      evolve: (document = 0) => document + 1,
    };
    projectedBy(count)(['a', 'a']).is(2);
    projectedBy(count)([]).is(undefined);
    expect(() => projectedBy(count)(['a']).is(2)).toThrow();
  });
});

describe('until', () => {
  it('answers the first truthy value, past errors', async () => {
    let looks = 0;
    const value = await until(() => {
      looks += 1;
      if (looks === 1) throw new Error('not yet');
      return looks > 2 && 'there';
    });
    expect(value).toBe('there');
  });

  it('fails with what it saw last', async () => {
    await expect(until(() => 0, { timeout: 30, what: 'the row' })).rejects.toThrow(
      'the row did not come true within 30 ms; last seen: 0',
    );
    await expect(until(() => Promise.reject(new Error('refused')), { timeout: 30 })).rejects.toThrow('refused');
  });
});

describe('planted secrets', () => {
  const secrets = [{ name: 'the token', value: 'xoxb-pläntéd/"17"+secret' }];
  const value = secrets[0]!.value;

  it.each([
    ['as they are', value],
    ['in JSON', JSON.stringify({ token: value })],
    ['in base64, at any place', Buffer.from(`ab${value}cd`).toString('base64')],
    ['in base64, at another place', Buffer.from(`a${value}`).toString('base64')],
    ['in hex', Buffer.from(value).toString('hex')],
    ['in a URL', `/x?token=${encodeURIComponent(value)}`],
    ['in bytes', Buffer.from(`..${value}..`)],
  ])('are found %s', (_, content) => expect(secretsIn({ place: content }, secrets)).toEqual(['place shows the token']));

  it('are not found where they are not', () => expect(secretsIn({ place: 'xoxb-pläntéd' }, secrets)).toEqual([]));

  it('are found in files', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'secrets-'));
    await writeFile(path.join(folder, 'service.log'), `{"msg":"${value.slice(0, 3)}"}\n${value}\n`);
    expect(await secretsInFolder(folder, secrets)).toEqual(['service.log shows the token']);
    await rm(folder, { recursive: true });
  });
});

describe('names', () => {
  it('are unique and plain', () => {
    const made = Array.from({ length: 100 }, () => uniqueName('spec'));
    expect(new Set(made).size).toBe(100);
    expect(made.every((name) => /^spec_[0-9a-f]{12}$/.test(name))).toBe(true);
  });

  it('of ports are free', async () => expect(await freePort()).toBeGreaterThan(1023));
});

describe('spellings of a path', () => {
  it('begin with the path itself and disguise it', () => {
    const spellings = spellingsOf('/alerts/:partition');
    expect(spellings).toContain('/%61lerts/00000000-0000-7000-8000-000000000000');
    expect(new Set(spellings).size).toBe(spellings.length);
  });
});
