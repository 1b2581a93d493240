import { describe, expect, it } from '@jest/globals';
import { compareInstants, instantOfMillis, step } from '#libs/core';
import { givenFor } from '#libs/testing';
import fc from 'fast-check';
import { type OccurrenceCommand, occurrenceDecider, type OccurrenceEvent, type OccurrenceState } from './occurrence.js';

const given = givenFor(occurrenceDecider);
const cause = { eventId: 'e1', correlationId: 'e1', projectId: 'p1' };
const at = (minute: number): string => instantOfMillis(Date.UTC(2026, 10, 20, 9, minute));

const fire = (startsAt: number, more: { expires?: number; said?: number } = {}): OccurrenceCommand => ({
  type: 'fire',
  startsAt: at(startsAt),
  saidAt: at(more.said ?? startsAt),
  cause,
  ...(more.expires === undefined ? {} : { expiresAt: at(more.expires) }),
});
const resolve = (startsAt: number, endsAt: number): OccurrenceCommand => ({
  type: 'resolve',
  startsAt: at(startsAt),
  endsAt: at(endsAt),
  cause,
});
const began = (start: number, expires?: number): OccurrenceEvent => ({
  name: 'Began',
  start: at(start),
  expiresAt: expires === undefined ? undefined : at(expires),
  service: undefined,
  cause,
});
const ended = (end: number, reason: 'resolved' | 'expired' = 'resolved'): OccurrenceEvent => ({
  name: 'Ended',
  end: at(end),
  reason,
});
const passed = (
  start: number,
  end: number,
  reason: 'resolved' | 'expired' | 'superseded' = 'resolved',
): OccurrenceEvent => ({
  name: 'Passed',
  start: at(start),
  end: at(end),
  reason,
  service: undefined,
  cause,
});

describe('an occurrence', () => {
  it('begins with the first firing', () =>
    given([])
      .when(fire(1))
      .then([began(1)]));
  it('is not begun by a repeat', () =>
    given([began(1)])
      .when(fire(1))
      .thenNothing());
  it('keeps what fires meanwhile under another startsAt', () =>
    given([began(3)])
      .when(fire(2))
      .thenNothing());
  it('remembers the latest startsAt that belongs to it', () =>
    given([began(1)])
      .when(fire(4))
      .then([{ name: 'FiredAgain', at: at(4) }]));
  it('ends with a resolve, whatever its startsAt', () => {
    given([began(1)])
      .when(resolve(1, 5))
      .then([ended(5)]);
    given([began(1)])
      .when(resolve(4, 5))
      .then([ended(5)]);
    given([began(1)])
      .when(resolve(5, 5))
      .then([ended(5)]);
  });
  it('never ends before it began', () =>
    given([began(3)])
      .when(resolve(3, 2))
      .then([ended(3)]));
  it('is not ended by the resolve of an earlier one', () => {
    given([began(1), ended(3), began(5)])
      .when(resolve(1, 3))
      .thenNothing();
    given([began(1), ended(3), began(5)])
      .when(resolve(2, 2))
      .thenNothing();
  });
  it('is followed by another', () => {
    given([began(1), ended(3)])
      .when(fire(5))
      .then([began(5)]);
    given([began(1), ended(3)])
      .when(fire(3))
      .then([began(3)]);
  });
  it('goes on from the newest firing when a resolve from before that comes late', () =>
    given([began(1), { name: 'FiredAgain', at: at(6) }])
      .when(resolve(1, 4))
      .then([ended(4), began(6)]));
});

describe('a late repeat', () => {
  it('of a closed occurrence does not reopen it', () => {
    given([began(1), ended(3)])
      .when(fire(1, { said: 9 }))
      .thenNothing();
    given([began(1), ended(3)])
      .when(fire(2, { said: 9 }))
      .thenNothing();
    given([began(1), ended(3), began(5), ended(7)])
      .when(fire(1, { said: 9 }))
      .thenNothing();
  });
  it('of a resolve changes nothing', () => {
    given([began(1), ended(3)])
      .when(resolve(1, 3))
      .thenNothing();
    given([began(2), ended(3)])
      .when(resolve(1, 3))
      .thenNothing();
    given([began(1), ended(3)])
      .when(resolve(3, 3))
      .thenNothing();
    given([began(1), ended(3)])
      .when(resolve(1, 4))
      .thenNothing();
  });
});

describe('a resolve of something never seen firing', () => {
  it('is an occurrence that is over', () =>
    given([])
      .when(resolve(1, 3))
      .then([passed(1, 3)]));
  it('stays over when the firing comes late', () =>
    given([passed(1, 3)])
      .when(fire(1, { said: 4 }))
      .thenNothing());
  it('after a closed one is another', () =>
    given([began(1), ended(3)])
      .when(resolve(3, 5))
      .then([passed(3, 5)]));
  it('leaves the open one open', () =>
    given([began(8)])
      .when(resolve(1, 3))
      .then([passed(1, 3)]));
});

describe('a firing from before a known occurrence', () => {
  it('was over when that began', () =>
    given([began(5), ended(7)])
      .when(fire(1, { said: 9 }))
      .then([passed(1, 5, 'superseded')]));
  it('takes the word of its sender about its end', () =>
    given([began(5), ended(7), passed(1, 5, 'superseded')])
      .when(resolve(1, 3))
      .then([{ name: 'Corrected', start: at(1), end: at(3) }]));
});

describe('an alert that has to be refreshed', () => {
  it('expires', () =>
    given([began(1, 5)])
      .when({ type: 'expire', watermark: at(5) })
      .then([ended(5, 'expired')]));
  it('does not expire before', () =>
    given([began(1, 5)])
      .when({ type: 'expire', watermark: at(4) })
      .thenNothing());
  it('lives longer by each firing, never shorter', () => {
    given([began(1, 5)])
      .when(fire(1, { expires: 9, said: 4 }))
      .then([{ name: 'Refreshed', expiresAt: at(9) }]);
    given([began(1, 5)])
      .when(fire(1, { expires: 3, said: 2 }))
      .thenNothing();
  });
  it('never expires once somebody who promises the resolve says that it fires', () => {
    given([began(1, 5)])
      .when(fire(1, { said: 4 }))
      .then([{ name: 'Refreshed', expiresAt: undefined }]);
    given([began(1)])
      .when(fire(1, { expires: 5, said: 2 }))
      .thenNothing();
    given([began(1)])
      .when({ type: 'expire', watermark: at(59) })
      .thenNothing();
  });
  it('is over already when it was said after its own expiry', () =>
    given([])
      .when(fire(1, { expires: 5, said: 9 }))
      .then([passed(1, 5, 'expired')]));
  it('expires by the time of the records too, when no sweep came between', () =>
    given([began(1, 5)])
      .when(fire(1, { expires: 19, said: 15 }))
      .then([ended(5, 'expired'), began(5, 19)]));
  it('goes on as a new occurrence when it is said to fire after its expiry', () => {
    given([began(1, 5), ended(5, 'expired')])
      .when(fire(1, { expires: 19, said: 15 }))
      .then([began(5, 19)]);
    given([began(1, 5), ended(5, 'expired')])
      .when(fire(1, { said: 15 }))
      .then([began(5)]);
  });
  it('does not for a late repeat from before', () => {
    given([began(1, 5), ended(5, 'expired')])
      .when(fire(1, { expires: 5, said: 15 }))
      .thenNothing();
    given([began(1, 5), ended(5, 'expired')])
      .when(fire(1, { expires: 9, said: 4 }))
      .thenNothing();
  });
  it('takes the end that its sender states after the expiry', () =>
    given([began(1, 5), ended(5, 'expired')])
      .when(resolve(1, 4))
      .then([{ name: 'Corrected', start: at(1), end: at(4) }]));
  it('takes it once', () =>
    given([began(1, 5), ended(5, 'expired'), { name: 'Corrected', start: at(1), end: at(4) }])
      .when(resolve(1, 4))
      .thenNothing());
});

describe('every rule', () => {
  const samples: [readonly OccurrenceEvent[], OccurrenceCommand][] = [
    [[], fire(1)],
    [[], resolve(1, 3)],
    [[began(1)], resolve(1, 3)],
    [[began(1)], fire(4)],
    [[began(1, 5)], fire(1, { expires: 19, said: 15 })],
    [[began(1, 5), ended(5, 'expired')], resolve(1, 4)],
    [[began(5), ended(7)], fire(1, { said: 9 })],
    [[began(1), { name: 'FiredAgain', at: at(6) }], resolve(1, 4)],
  ];
  it.each(samples)('is safe to retry (%#)', (events, command) => given(events).when(command).thenSafeToRetry());
});

describe('any order of records', () => {
  const minute = fc.integer({ min: 0, max: 50 });
  const command: fc.Arbitrary<OccurrenceCommand> = fc.oneof(
    fc
      .tuple(minute, minute, fc.option(minute, { nil: undefined }))
      .map(([a, b, expires]) => fire(a, { said: Math.max(a, b), ...(expires === undefined ? {} : { expires }) })),
    fc.tuple(minute, minute).map(([a, b]) => resolve(Math.min(a, b), Math.max(a, b))),
    minute.map((m) => ({ type: 'expire' as const, watermark: at(m) })),
  );

  it('gives occurrences in order that end after they began, and repeats nothing', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        let state: OccurrenceState = occurrenceDecider.initialState;
        for (const one of commands) {
          const next = step(occurrenceDecider, state, one);
          expect(next.events.length).toBeLessThanOrEqual(3);
          expect(occurrenceDecider.decide(one, next.state)).toEqual([]);
          state = next.state;
        }
        for (const { start, end } of state.past) expect(compareInstants(start, end)).toBeLessThanOrEqual(0);
        const starts = state.past.map(({ start }) => start);
        expect(starts).toEqual([...starts].sort(compareInstants));
      }),
      { numRuns: 500 },
    );
  });

  it('gives one closed occurrence for a firing and its resolve, whichever comes first and however often', () => {
    const records = fc.constantFrom(fire(1, { said: 9 }), fire(1, { said: 9, expires: 20 }), resolve(1, 3));
    fc.assert(
      fc.property(fc.array(records, { maxLength: 12 }), (commands) => {
        const all = [...commands, resolve(1, 3)];
        const state = all.reduce((s, one) => step(occurrenceDecider, s, one).state, occurrenceDecider.initialState);
        expect(state).toEqual({ past: [{ start: at(1), end: at(3), reason: 'resolved' }] });
      }),
    );
  });
});
