import { describe, expect, it } from '@jest/globals';
import { compareInstants, instantOfMillis, step } from '#libs/core';
import { givenFor } from '#libs/testing';
import fc from 'fast-check';
import { sameStatus } from './history.js';
import {
  type ServiceStatusCommand,
  serviceStatusDecider,
  type ServiceStatusEvent,
  type ServiceStatusState,
} from './service-status.js';

const decider = serviceStatusDecider(new Map([['down', 'up']]));
const given = givenFor(decider);
const at = (minute: number): string => instantOfMillis(Date.UTC(2026, 10, 20, 9, minute));

const said = (fingerprint: string, status: string, from: number) => ({
  fingerprint,
  status,
  description: `${fingerprint} says`,
  from: at(from),
});
const begin = (fingerprint: string, status: string, from: number): ServiceStatusCommand => ({
  type: 'begin',
  alert: said(fingerprint, status, from),
});
const resolve = (fingerprint: string, status: string, from: number, to: number): ServiceStatusCommand => ({
  type: 'resolve',
  alert: said(fingerprint, status, from),
  at: at(to),
});
const expire = (fingerprint: string, from: number, to: number): ServiceStatusCommand => ({
  type: 'expire',
  alert: { fingerprint, from: at(from) },
  at: at(to),
});

function afterAll(commands: readonly ServiceStatusCommand[]): {
  events: ServiceStatusEvent[];
  state: ServiceStatusState;
} {
  const events: ServiceStatusEvent[] = [];
  let state = decider.initialState;
  for (const command of commands) {
    const next = step(decider, state, command);
    events.push(...next.events);
    state = next.state;
  }
  return { events, state };
}

/** The history as `minute status`, with `!` on what is a change in order of time. */
function history(...commands: readonly ServiceStatusCommand[]): string[] {
  const rows = afterAll(commands).state.history;
  return rows.map(({ time, status }, index) => {
    const before = rows[index - 1];
    const changed = !before || !sameStatus(before.status, status);
    return `${Number(time.slice(14, 16))} ${status}${changed ? '!' : ''}`;
  });
}

/** What is published, as `minute status`, `!` for a change and `late`. */
function published(...commands: readonly ServiceStatusCommand[]): string[] {
  return afterAll(commands).events.flatMap((event) =>
    event.name === 'Observed'
      ? [`${Number(event.time.slice(14, 16))} ${event.status}${event.changed ? '!' : ''}${event.late ? ' late' : ''}`]
      : [],
  );
}

describe('the status of a service', () => {
  it('is what a firing alert says, from its startsAt', () =>
    given([])
      .when(begin('a', 'down', 1))
      .then([
        { name: 'AlertBegan', ...said('a', 'down', 1) },
        {
          name: 'Observed',
          fingerprint: 'a',
          status: 'down',
          description: 'a says',
          time: at(1),
          changed: true,
          late: false,
          previousStatus: undefined,
        },
      ]));
  it('is up once an alert of status down is over', () =>
    expect(published(begin('a', 'down', 1), resolve('a', 'down', 1, 5))).toEqual(['1 down!', '5 up!']));
  it('is not told by the end of an alert of another status', () =>
    expect(published(begin('a', 'up', 1), resolve('a', 'up', 1, 5))).toEqual(['1 up!']));
  it('changes by word, not by spelling', () =>
    expect(published(begin('a', 'Up', 1), begin('b', 'up', 2))).toEqual(['1 Up!', '2 up']));
  it('notes what changes nothing as observed', () =>
    expect(published(begin('a', 'down', 1), begin('b', 'down', 2))).toEqual(['1 down!', '2 down']));
  it('keeps the pair of a down and an up alert in one change each', () =>
    expect(
      published(
        begin('d', 'down', 1),
        resolve('d', 'down', 1, 5),
        begin('u', 'up', 5),
        resolve('u', 'up', 5, 9),
        begin('d', 'down', 9),
      ),
    ).toEqual(['1 down!', '5 up!', '5 up', '9 down!']));
});

describe('an alert that is over while another fires', () => {
  it('leaves the status to that other', () =>
    expect(published(begin('a', 'down', 1), begin('b', 'down', 2), resolve('a', 'down', 1, 5))).toEqual([
      '1 down!',
      '2 down',
    ]));
  it('brings back what the other says', () =>
    expect(published(begin('b', 'degraded', 1), begin('a', 'down', 2), resolve('a', 'down', 2, 5))).toEqual([
      '1 degraded!',
      '2 down!',
      '5 degraded!',
    ]));
  it('means up when the other is over too', () =>
    expect(
      history(begin('a', 'down', 1), begin('b', 'down', 2), resolve('a', 'down', 1, 5), resolve('b', 'down', 2, 7)),
    ).toEqual(['1 down!', '2 down', '7 up!']));
  it('means up at the later end, in whichever order the two ends are told', () =>
    expect(
      history(begin('a', 'down', 1), begin('b', 'down', 2), resolve('b', 'down', 2, 10), resolve('a', 'down', 1, 5)),
    ).toEqual(['1 down!', '2 down', '10 up!']));
  it('means up when both end together', () =>
    expect(
      history(begin('a', 'down', 1), begin('b', 'down', 2), resolve('b', 'down', 2, 9), resolve('a', 'down', 1, 9)),
    ).toEqual(['1 down!', '2 down', '9 up!', '9 up']));
});

describe('an alert that expired', () => {
  it('says nothing', () => expect(published(begin('a', 'down', 1), expire('a', 1, 5))).toEqual(['1 down!']));
  it('speaks against nobody any more', () =>
    expect(
      history(begin('a', 'down', 1), begin('b', 'down', 2), expire('a', 1, 5), resolve('b', 'down', 2, 7)),
    ).toEqual(['1 down!', '2 down', '7 up!']));
  it('can still be said to be over', () =>
    expect(history(begin('a', 'down', 1), expire('a', 1, 5), resolve('a', 'down', 1, 4))).toEqual([
      '1 down!',
      '4 up!',
    ]));
});

describe('an observation that comes late', () => {
  it('is put at its own time, and corrects history', () =>
    expect(published(begin('a', 'up', 1), begin('b', 'down', 10), begin('c', 'degraded', 5))).toEqual([
      '1 up!',
      '10 down!',
      '5 degraded! late',
    ]));
  it('is no change where it agrees with its time', () =>
    expect(published(begin('a', 'up', 1), begin('b', 'down', 10), begin('c', 'up', 5))).toEqual([
      '1 up!',
      '10 down!',
      '5 up late',
    ]));
  it('makes a change of the observation behind it', () =>
    expect(published(begin('a', 'up', 1), begin('b', 'up', 10), begin('c', 'down', 5))).toEqual([
      '1 up!',
      '10 up',
      '5 down! late',
      '10 up! late',
    ]));
  it('publishes that change once', () =>
    expect(
      published(
        begin('a', 'up', 1),
        begin('b', 'up', 10),
        begin('c', 'down', 5),
        begin('d', 'up', 7),
        begin('e', 'down', 8),
      ),
    ).toEqual(['1 up!', '10 up', '5 down! late', '10 up! late', '7 up! late', '8 down! late']));
  it('before all others is the first', () =>
    expect(published(begin('a', 'down', 10), begin('b', 'up', 5))).toEqual(['10 down!', '5 up! late']));
});

describe('equal times', () => {
  it('are in order of arrival', () =>
    expect(history(begin('a', 'down', 1), begin('b', 'up', 1), begin('c', 'down', 1))).toEqual([
      '1 down!',
      '1 up!',
      '1 down!',
    ]));
  it('of one alert and status are one observation', () =>
    expect(published(begin('a', 'down', 1), begin('a', 'down', 1))).toEqual(['1 down!']));
});

describe('any order of commands', () => {
  const minute = fc.integer({ min: 0, max: 40 });
  const alert = fc.constantFrom('a', 'b', 'c');
  const status = fc.constantFrom('up', 'down', 'degraded');
  const command: fc.Arbitrary<ServiceStatusCommand> = fc.oneof(
    fc.tuple(alert, status, minute).map(([a, s, m]) => begin(`${a}-${s}`, s, m)),
    fc
      .tuple(alert, status, minute, minute)
      .map(([a, s, m, n]) => resolve(`${a}-${s}`, s, Math.min(m, n), Math.max(m, n))),
    fc.tuple(alert, status, minute, minute).map(([a, s, m, n]) => expire(`${a}-${s}`, Math.min(m, n), Math.max(m, n))),
  );

  it('repeats nothing, keeps the order, and publishes each change once', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const { events, state } = afterAll(commands);
        const times = state.history.map(({ time }) => time);
        expect(times).toEqual([...times].sort(compareInstants));
        const ids = events.flatMap((e) =>
          e.name === 'Observed' ? [`${e.changed} ${e.fingerprint} ${e.time} ${e.status}`] : [],
        );
        expect(new Set(ids).size).toBe(ids.length);
        for (const one of commands.slice(-1)) expect(decider.decide(one, state)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('tells the changes: whoever reads only those knows the status at any time', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), minute, (commands, m) => {
        const { events, state } = afterAll(commands);
        const changes = events.flatMap((e) => (e.name === 'Observed' && e.changed ? [e] : []));
        const latest = (rows: readonly { time: string; status: string }[]) =>
          rows.filter(({ time }) => compareInstants(time, at(m)) < 0).at(-1)?.time;
        const times = new Set(state.history.map(({ time }) => time));
        const isPlain = times.size === state.history.length;
        if (!isPlain) return;
        const inTime = [...changes].sort((a, b) => compareInstants(a.time, b.time));
        const known = inTime.filter(({ time }) => time <= (latest(state.history) ?? '')).at(-1);
        const real = state.history.filter(({ time }) => compareInstants(time, at(m)) < 0).at(-1);
        expect(known?.status).toBe(real?.status);
      }),
      { numRuns: 500 },
    );
  });
});
