import { describe, expect, it } from '@jest/globals';
import { judge, type Watched } from './watch.rules.js';

const AT = Date.parse('2026-11-20T09:00:00Z');
const at = (seconds: number): string => new Date(AT + seconds * 1000).toISOString();
const DAY = 86_400;

const source = { organizationId: 'o', pk: 7, name: 'nav1', type: 'nav', lastSeen: at(0), every: 60 };
const token = {
  organizationId: 'o',
  tokenId: 't1',
  name: 'nav1',
  sourcePk: 7,
  createdAt: at(-DAY),
  expiresAt: at(7 * DAY),
  outlived: 0,
};

const look = (seconds: number, watched: Partial<Watched> = {}) =>
  judge({ now: AT + seconds * 1000, since: AT - 3_600_000, sources: [], tokens: [], open: [], ...watched });

describe('a source that sends heartbeats', () => {
  it('may be late by its interval and ten seconds', () => {
    expect(look(70, { sources: [source] }).warnings).toEqual([]);
    expect(look(70.001, { sources: [source] }).warnings).toEqual([
      {
        organizationId: 'o',
        sourceIncidentId: `missing_heartbeat/7/${at(0)}`,
        startTime: at(70),
        level: 4,
        description: `No heartbeat of nav1 (nav) since ${at(0)}`,
        tags: ['problem_type=missing_heartbeat', 'source_system_id=7'],
      },
    ]);
  });

  it('is not silent for what we did not hear', () => {
    expect(look(5_000, { sources: [source], since: AT + 4_930_000 }).warnings).toEqual([]);
    expect(look(5_001, { sources: [source], since: AT + 4_930_000 }).warnings).toHaveLength(1);
  });

  it('is one incident while it is silent, whenever somebody looks, and after a restart', () => {
    const open = [{ organizationId: 'o', pk: 40, sourceIncidentId: `missing_heartbeat/7/${at(0)}` }];
    for (const since of [AT, AT + 1_000_000]) {
      expect(look(1_001, { sources: [source], open, since })).toEqual({ warnings: [], allClear: [] });
    }
  });

  it('is over when it is back, at the time that it was seen', () => {
    const open = [{ organizationId: 'o', pk: 40, sourceIncidentId: `missing_heartbeat/7/${at(0)}` }];
    expect(look(1_000, { sources: [{ ...source, lastSeen: at(990) }], open })).toEqual({
      warnings: [],
      allClear: [{ organizationId: 'o', pk: 40, timestamp: at(990), description: 'nav1 (nav) is back' }],
    });
  });

  it('is another incident when it was back and is silent again', () => {
    const open = [{ organizationId: 'o', pk: 40, sourceIncidentId: `missing_heartbeat/7/${at(0)}` }];
    const { warnings, allClear } = look(5_000, { sources: [{ ...source, lastSeen: at(990) }], open });
    expect(warnings.map(({ sourceIncidentId }) => sourceIncidentId)).toEqual([`missing_heartbeat/7/${at(990)}`]);
    expect(allClear.map(({ pk }) => pk)).toEqual([40]);
  });

  it('is over when nobody waits for its heartbeats any more', () => {
    const open = [{ organizationId: 'o', pk: 40, sourceIncidentId: `missing_heartbeat/7/${at(0)}` }];
    expect(look(1_000, { open }).allClear).toMatchObject([{ pk: 40, timestamp: at(1_000) }]);
  });
});

describe('a token that ends', () => {
  it('is said of seven days before', () => {
    expect(look(-1, { tokens: [token] }).warnings).toEqual([]);
    expect(look(0, { tokens: [token] }).warnings).toEqual([
      {
        organizationId: 'o',
        sourceIncidentId: 'token_expiry/t1',
        startTime: at(0),
        level: 2,
        description: `The token of nav1 ends at ${at(7 * DAY)}`,
        tags: ['location=argus', 'problem_type=token_expiry', 'source_system_id=7', 'object=nav1'],
      },
    ]);
  });

  it('that lives for less than that is said of when it is made', () => {
    const brief = { ...token, createdAt: at(10), expiresAt: at(DAY) };
    expect(look(20, { tokens: [brief] }).warnings).toMatchObject([{ startTime: at(10) }]);
  });

  it('of a person names no source', () => {
    const { sourcePk: _, ...person } = token;
    expect(look(0, { tokens: [person] }).warnings[0]?.tags).toEqual([
      'location=argus',
      'problem_type=token_expiry',
      'object=nav1',
    ]);
  });

  const open = [{ organizationId: 'o', pk: 41, sourceIncidentId: 'token_expiry/t1' }];

  it('is one incident', () => {
    expect(look(DAY, { tokens: [token], open })).toEqual({ warnings: [], allClear: [] });
  });

  it.each([
    ['has ended', 8 * DAY, [token]],
    ['was revoked, or lives less long than another', DAY, []],
    ['lives longer now', DAY, [{ ...token, expiresAt: at(30 * DAY) }]],
  ])('is no matter once it %s', (_why, seconds, tokens) => {
    expect(look(seconds, { tokens, open })).toMatchObject({
      warnings: [],
      allClear: [{ pk: 41, timestamp: at(seconds) }],
    });
  });

  it('is another incident when the one that should take its place was revoked', () => {
    const again = { ...token, outlived: 1 };
    const { warnings, allClear } = look(DAY, { tokens: [again], open });
    expect(warnings).toMatchObject([{ sourceIncidentId: 'token_expiry/t1/1' }]);
    expect(allClear).toMatchObject([{ pk: 41 }]);
  });
});

it('leaves other incidents of its source alone', () => {
  const open = [{ organizationId: 'o', pk: 42, sourceIncidentId: 'something-else/1' }];
  expect(look(0, { open })).toEqual({ warnings: [], allClear: [] });
});
