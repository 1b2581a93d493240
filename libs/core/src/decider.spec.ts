import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ManualClock } from './clock.js';
import { armCrashpoints, crashpoint } from './crashpoint.js';
import { type Decider, fold, step } from './decider.js';

type Counted = { readonly by: number };
const counter: Decider<{ upTo: number }, number, Counted> = {
  initialState: 0,
  decide: ({ upTo }, count) => (upTo > count ? [{ by: upTo - count }] : []),
  evolve: (count, { by }) => count + by,
};
const evolve = counter.evolve.bind(counter);

describe('fold', () => {
  it('of two runs is the fold of both in a row', () => {
    const events = fc.array(fc.record({ by: fc.integer({ min: -1000, max: 1000 }) }));
    fc.assert(
      fc.property(events, events, (a, b) => {
        expect(fold(evolve, 0, [...a, ...b])).toBe(fold(evolve, fold(evolve, 0, a), b));
      }),
    );
  });
});

describe('step', () => {
  it('answers the events and the state after them', () => {
    expect(step(counter, 2, { upTo: 5 })).toEqual({ events: [{ by: 3 }], state: 5 });
    expect(step(counter, 5, { upTo: 5 })).toEqual({ events: [], state: 5 });
  });
});

describe('a clock for specs', () => {
  it('stands still until it is told otherwise', () => {
    const clock = new ManualClock(0);
    clock.advance(1_500);
    expect([clock.millis(), clock.now()]).toEqual([1_500, '1970-01-01T00:00:01.500Z']);
    clock.set(7);
    expect(clock.millis()).toBe(7);
  });
});

describe('a crash point', () => {
  it('does nothing unless it is armed', () => {
    const struck: string[] = [];
    crashpoint('a');
    armCrashpoints((name) => struck.push(name));
    crashpoint('b');
    armCrashpoints(undefined);
    crashpoint('c');
    expect(struck).toEqual(['b']);
  });
});
