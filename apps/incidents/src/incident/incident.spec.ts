import { describe, expect, it } from '@jest/globals';
import { eventType } from '#libs/contracts';
import { fold } from '#libs/core';
import { givenFor } from '#libs/testing';
import { event, incident, jane, nav, NOW, opened, START } from './incident.given.js';
import { type IncidentCommand, incidentDecider, type IncidentEvent } from './incident.js';

const given = givenFor(incidentDecider);
const end = '2026-11-20T09:40:00.000Z';
const later = '2026-11-20T09:50:00.000Z';
const stateless = opened({ stateful: false });
const over = opened({ endTime: end });

const open = (own: object = {}): IncidentCommand => ({ type: 'open', incident: { ...incident, ...own }, now: NOW });
const close = (endTime: string, reason = 'resolved'): IncidentCommand => ({ type: 'close', endTime, reason, now: NOW });
const says = (verb: 'END' | 'RES' | 'OTH' | 'STA', timestamp = end, eventPk = 9): IncidentCommand => ({
  type: 'post',
  verb,
  eventPk,
  timestamp,
  description: '',
  by: nav,
  now: NOW,
});
const person = (verb: 'CLO' | 'REO' | 'OTH', timestamp?: string, eventPk = 9): IncidentCommand => ({
  type: 'post',
  verb,
  eventPk,
  timestamp,
  description: 'so be it',
  by: jane,
  now: NOW,
});
const ended = (endTime: string, sequence = 2): IncidentEvent =>
  event(
    'IncidentClosed',
    { eventPk: 8, by: nav, timestamp: endTime, description: '', type: 'END', endTime, reason: 'resolved' },
    sequence,
  );

describe('an incident', () => {
  it('opens', () =>
    given([])
      .when(open())
      .then([{ ...opened(), recordedAt: NOW }]));
  it('opens once', () => given([opened()]).when(open()).thenNothing());
  it('opens safely again', () => given([]).when(open()).thenSafeToRetry());
  it('that was over when it was opened is late', () =>
    given([])
      .when(open({ endTime: end }))
      .then([event('IncidentOpened' as never, { ...over.payload, late: true }, 1)]));
  it('with an end in the future is not late', () => {
    const [first] = incidentDecider.decide(open({ endTime: '2026-11-20T11:00:00.000Z' }), undefined);
    expect(first?.payload).not.toHaveProperty('late');
  });
});

describe('an alert that is over', () => {
  it('closes its incident, in the name of its source where time alone tells', () =>
    given([opened()])
      .when(close(end))
      .then([event('IncidentClosed', { by: nav, timestamp: end, type: 'END', endTime: end, reason: 'resolved' })]));
  it('never ends it before it starts', () =>
    given([opened()])
      .when(close('2026-11-20T09:00:00.000Z'))
      .then([event('IncidentClosed', { by: nav, timestamp: START, type: 'END', endTime: START, reason: 'resolved' })]));
  it('closes safely again', () => given([opened()]).when(close(end)).thenSafeToRetry());
  it('leaves a stated end', () =>
    given([opened(), ended(end)])
      .when(close(later))
      .thenNothing());
  it('closes nothing before it opened', () => given([]).when(close(end)).thenNothing());
  it('corrects an end that was only inferred', () => {
    const expired = event('IncidentClosed', { timestamp: later, endTime: later, reason: 'expired' });
    given([opened(), expired])
      .when(close(end))
      .then([
        event(
          'IncidentClosed',
          { late: true, by: nav, timestamp: end, type: 'END', endTime: end, reason: 'resolved' },
          3,
        ),
      ]);
  });
  it('does not replace one inferred end by another', () => {
    const expired = event('IncidentClosed', { timestamp: later, endTime: later, reason: 'expired' });
    given([opened(), expired]).when(close(NOW, 'superseded')).thenNothing();
  });
  it('gives a stateless one no end', () => given([stateless]).when(close(end)).thenNothing());
  it('leaves one that was over as it opened', () => given([over]).when(close(later)).thenNothing());
});

describe('what a source says', () => {
  const said = { eventPk: 9, by: nav, timestamp: end, description: '' };
  it('END closes an open incident at its time', () =>
    given([opened()])
      .when(says('END'))
      .then([event('IncidentClosed', { ...said, type: 'END', endTime: end, reason: 'resolved' })]));
  it('END closes before the start as well', () => {
    const early = '2026-11-20T09:00:00.000Z';
    given([opened()])
      .when(says('END', early))
      .then([
        event('IncidentClosed', {
          ...said,
          late: true,
          timestamp: early,
          type: 'END',
          endTime: early,
          reason: 'resolved',
        }),
      ]);
  });
  it('END on a closed one is recorded and changes nothing', () =>
    given([opened(), ended(end)])
      .when(says('END', later))
      .then([event('IncidentNoted', { ...said, timestamp: later, type: 'END' }, 3)]));
  it('RES opens a closed one again', () =>
    given([opened(), ended(end)])
      .when(says('RES', later))
      .then([event('IncidentReopened', { ...said, timestamp: later, type: 'RES' }, 3)]));
  it('RES on an open one is recorded', () =>
    given([opened()])
      .when(says('RES'))
      .then([event('IncidentNoted', { ...said, type: 'RES' })]));
  it('END after END and RES closes with the latest time', () =>
    given([opened(), ended(end), event('IncidentReopened', { type: 'RES', timestamp: end, description: '' }, 3)])
      .when(says('END', later))
      .then([
        event('IncidentClosed', { ...said, timestamp: later, type: 'END', endTime: later, reason: 'resolved' }, 4),
      ]));
  it.each(['END', 'RES', 'STA'] as const)('%s on a stateless one is recorded', (verb) =>
    given([stateless])
      .when(says(verb))
      .then([event('IncidentNoted', { ...said, type: verb })]),
  );
  it('is done once', () => given([opened()]).when(says('OTH')).thenSafeToRetry());
  it('of an earlier time than what is recorded is late', () =>
    given([opened(), ended(later)])
      .when(says('OTH'))
      .then([event('IncidentNoted', { late: true, ...said, type: 'OTH' }, 3)]));
});

describe('what a person does', () => {
  const said = { eventPk: 9, by: jane, timestamp: NOW, description: 'so be it' };
  it('CLO closes now', () =>
    given([opened()])
      .when(person('CLO'))
      .then([event('IncidentClosed', { ...said, type: 'CLO', endTime: NOW, reason: 'closed' })]));
  it('CLO in the future leaves it open until then', () => {
    const closed = event('IncidentClosed', { timestamp: end, endTime: '2026-11-20T11:00:00.000Z', reason: 'closed' });
    given([opened(), closed])
      .when(person('CLO'))
      .then([event('IncidentClosed', { ...said, type: 'CLO', endTime: NOW, reason: 'closed' }, 3)]);
  });
  it('REO opens a closed one again', () =>
    given([opened(), ended(end)])
      .when(person('REO'))
      .then([event('IncidentReopened', { ...said, type: 'REO' }, 3)]));
  it.each([
    ['CLO', ended(end)],
    ['REO', undefined],
    ['CLO', stateless],
    ['REO', stateless],
  ] as const)('%s is refused in conflict', (verb, last) =>
    given(last === stateless ? [stateless] : last ? [opened(), last] : [opened()])
      .when(person(verb))
      .thenNothing(),
  );
  it('is not refused in bulk, only recorded', () =>
    given([opened(), ended(end)])
      .when({ ...person('CLO'), unchecked: true } as IncidentCommand)
      .then([event('IncidentNoted', { ...said, type: 'CLO' }, 3)]));
  it('of a source has no effect in bulk', () =>
    given([opened()])
      .when({ ...person('CLO'), verb: 'END', unchecked: true } as IncidentCommand)
      .then([event('IncidentNoted', { ...said, type: 'END' }, 2)]));
});

describe('the events', () => {
  const commands: IncidentCommand[] = [
    open(),
    person('CLO'),
    person('REO', undefined, 10),
    { type: 'acknowledge', eventPk: 11, description: '', expiration: null, by: jane, now: NOW },
    { type: 'change', changes: { level: 1, tags: ['a=b'] }, eventPks: [12, 13], superuser: true, by: jane, now: NOW },
    person('OTH', NOW, 14),
  ];
  it('are such as their schemas accept', () => {
    const all: IncidentEvent[] = [];
    for (const command of commands) {
      const state = fold((s, e) => incidentDecider.evolve(s, e), incidentDecider.initialState, all);
      all.push(...incidentDecider.decide(command, state));
    }
    expect(all.map(({ name }) => name)).toHaveLength(7);
    for (const { name, payload } of all)
      expect(eventType(name)!.schema.safeParse(payload)).toEqual({ success: true, data: payload });
  });
});
