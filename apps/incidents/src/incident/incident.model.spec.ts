import { describe, expect, it } from '@jest/globals';
import { type Actor, incidentEventTypes } from '#libs/contracts';
import { compareInstants, fold, instantOfMillis, laterOf, step } from '#libs/core';
import fc from 'fast-check';
import { incident, jane, nav } from './incident.given.js';
import { type Incident, type IncidentCommand, incidentDecider, type IncidentEvent, refusalOf } from './incident.js';

const MINUTES = 1_700_000_000_000;
const time = fc.integer({ min: 0, max: 600 }).map((minutes) => instantOfMillis(MINUTES + minutes * 60_000));
const by = fc.constantFrom<Actor>(nav, jane);
const pk = fc.integer({ min: 1, max: 40 });
const tags = fc.subarray(['a=1', 'a=2', 'b=1', 'host=sw1', 'BAD=1']);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const kind = <T extends string>(type: T) => fc.constant(type);

const command: fc.Arbitrary<Omit<IncidentCommand, 'now'>> = fc.oneof(
  fc.record({
    type: kind('open'),
    incident: fc
      .record({
        startTime: time,
        endTime: optional(time),
        stateful: fc.boolean(),
        tags,
        origin: fc.constantFrom('api', 'alert'),
      })
      .map((own) => ({ ...incident, ...own })),
  }),
  fc.record({ type: kind('close'), endTime: time, reason: fc.constantFrom('resolved', 'expired', 'superseded') }),
  fc.record({
    type: kind('post'),
    verb: fc.constantFrom(...incidentEventTypes),
    eventPk: pk,
    timestamp: optional(time),
    description: fc.constantFrom('', 'x'),
    unchecked: fc.boolean(),
    by,
  }),
  fc.record({
    type: kind('acknowledge'),
    eventPk: pk,
    timestamp: optional(time),
    description: kind(''),
    expiration: fc.option(time),
    by,
  }),
  fc.record({ type: kind('changeAcknowledgement'), ackPk: pk, expiration: fc.option(time), by }),
  fc.record({
    type: kind('change'),
    changes: fc.record(
      {
        level: fc.integer({ min: 1, max: 5 }),
        description: fc.constantFrom('', 'x', 'y'),
        metadata: fc.jsonValue(),
        tags,
      },
      { requiredKeys: [] },
    ),
    eventPks: fc.uniqueArray(pk, { minLength: 6, maxLength: 6 }),
    superuser: fc.boolean(),
    by,
  }),
  fc.record({
    type: fc.constantFrom('addTag' as const, 'removeTag' as const),
    tag: fc.constantFrom('a=1', 'c=3', '='),
    by,
  }),
  fc.record({ type: kind('delete'), sourcePk: optional(fc.constantFrom(2, 3)), superuser: fc.boolean(), by }),
);

function holds(before: Incident | undefined, after: Incident, events: readonly IncidentEvent[]): void {
  expect(after.sequence).toBe((before?.sequence ?? 0) + events.length);
  if (!after.stateful) expect(after.endTime).toBeUndefined();
  expect(new Set(after.tags.map(({ tag }) => tag)).size).toBe(after.tags.length);
  expect(new Set(after.acks.map((ack) => ack.pk)).size).toBe(after.acks.length);
  if (!before) return;
  if (before.deletedAt !== undefined) expect([after, events]).toEqual([before, []]);
  expect([after.startTime, after.stateful, after.openedAt, after.source]).toEqual([
    before.startTime,
    before.stateful,
    before.openedAt,
    before.source,
  ]);
  expect(compareInstants(before.latest, after.latest)).toBeLessThanOrEqual(0);
}

describe('any order of any commands', () => {
  it('keeps the invariants, and the fold of the events is the state', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(command, time), { maxLength: 40 }), (script) => {
        const all: IncidentEvent[] = [];
        let state = incidentDecider.initialState;
        let now = instantOfMillis(MINUTES);
        for (const [said, at] of script) {
          now = laterOf(now, at);
          const one = { ...said, now } as IncidentCommand;
          const next = step(incidentDecider, state, one);
          if (refusalOf(one, state)) expect(next.events).toEqual([]);
          if (next.state) holds(state, next.state, next.events);
          for (const { payload } of next.events) {
            const { timestamp } = payload as { timestamp?: string };
            if (state && timestamp !== undefined) {
              expect(payload.late ?? false).toBe(compareInstants(timestamp, state.latest) < 0);
            }
          }
          all.push(...next.events);
          state = next.state;
        }
        expect(fold(incidentDecider.evolve, incidentDecider.initialState, all)).toEqual(state);
        expect(all.map(({ payload }) => payload.sequence)).toEqual(all.map((_, index) => index + 1));
        expect(all.filter(({ name }) => name === 'IncidentOpened').length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('may be said again at once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(command, time), { maxLength: 20 }), (script) => {
        let state = incidentDecider.initialState;
        for (const [said, now] of script) {
          const one = { ...said, now } as IncidentCommand;
          const next = step(incidentDecider, state, one);
          expect(incidentDecider.decide(one, next.state)).toEqual([]);
          state = next.state;
        }
      }),
    );
  });
});
