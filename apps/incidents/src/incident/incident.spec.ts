import { describe, expect, it } from '@jest/globals';
import { IncidentClosed, IncidentOpened } from '#libs/contracts';
import { compareInstants, fold, instantOfMillis, step } from '#libs/core';
import { givenFor } from '#libs/testing';
import fc from 'fast-check';
import { type IncidentCommand, incidentDecider, type IncidentEvent, type NewIncident } from './incident.js';

const given = givenFor(incidentDecider);

const incident: NewIncident = {
  incidentId: 'i1',
  pk: 7,
  origin: 'alert',
  startTime: '2026-11-20T09:38:13.321Z',
  stateful: true,
  level: 1,
  description: 'etcd does not answer',
  tags: ['alertname=ServiceDown'],
  source: { id: 't1', name: 'am', type: 'alertmanager' },
  sourceIncidentId: 'ef220bd98a7af23e/2026-11-20T09:38:13.321Z',
  detailsUrl: '',
  ticketUrl: '',
};
const opened: IncidentEvent = { name: 'IncidentOpened', payload: { ...incident, sequence: 1 } };
const closed = (endTime: string, reason: string, sequence = 2): IncidentEvent => ({
  name: 'IncidentClosed',
  payload: { incidentId: 'i1', pk: 7, sequence, endTime, reason },
});
const close = (endTime: string, reason = 'resolved'): IncidentCommand => ({ type: 'close', endTime, reason });

describe('an incident', () => {
  it('opens', () => given([]).when({ type: 'open', incident }).then([opened]));
  it('opens once', () => given([opened]).when({ type: 'open', incident }).thenNothing());
  it('opens safely again', () => given([]).when({ type: 'open', incident }).thenSafeToRetry());

  it('closes at its end', () =>
    given([opened])
      .when(close('2026-11-20T09:40:00.000Z'))
      .then([closed('2026-11-20T09:40:00.000Z', 'resolved')]));
  it('never ends before it starts', () =>
    given([opened])
      .when(close('2026-11-20T09:00:00.000Z'))
      .then([closed(incident.startTime, 'resolved')]));
  it('closes safely again', () => given([opened]).when(close('2026-11-20T09:40:00.000Z')).thenSafeToRetry());
  it('keeps its first stated end', () =>
    given([opened, closed('2026-11-20T09:40:00.000Z', 'resolved')])
      .when(close('2026-11-20T10:00:00.000Z'))
      .thenNothing());
  it('does not close before it opened', () => given([]).when(close('2026-11-20T09:40:00.000Z')).thenNothing());

  it('lets the sender correct an end that was only inferred', () =>
    given([opened, closed('2026-11-20T10:00:00.000Z', 'expired')])
      .when(close('2026-11-20T09:45:00.000Z'))
      .then([closed('2026-11-20T09:45:00.000Z', 'resolved', 3)]));
  it('does not replace one inferred end by another', () =>
    given([opened, closed('2026-11-20T10:00:00.000Z', 'expired')])
      .when(close('2026-11-20T11:00:00.000Z', 'superseded'))
      .thenNothing());

  it('has no end when it is stateless', () =>
    given([{ name: 'IncidentOpened', payload: { ...opened.payload, stateful: false } }])
      .when(close('2026-11-20T09:40:00.000Z'))
      .thenNothing());
  it('stays closed when it was over as it opened', () =>
    given([{ name: 'IncidentOpened', payload: { ...opened.payload, endTime: '2026-11-20T09:39:00.000Z' } }])
      .when(close('2026-11-20T09:40:00.000Z'))
      .thenNothing());
});

describe('any order of commands', () => {
  const time = fc
    .integer({ min: 0, max: 100_000 })
    .map((seconds) => instantOfMillis(1_700_000_000_000 + seconds * 1000));
  const command: fc.Arbitrary<IncidentCommand> = fc.oneof(
    fc.record({ type: fc.constant('open' as const), incident: time.map((startTime) => ({ ...incident, startTime })) }),
    fc.record({
      type: fc.constant('close' as const),
      endTime: time,
      reason: fc.constantFrom('resolved', 'expired', 'superseded'),
    }),
  );

  it('keeps the invariants, and the fold of the events is the state', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const all: IncidentEvent[] = [];
        let state = incidentDecider.initialState;
        for (const one of commands) {
          const next = step(incidentDecider, state, one);
          expect(incidentDecider.decide(one, next.state)).toEqual([]);
          all.push(...next.events);
          state = next.state;
        }
        expect(fold(incidentDecider.evolve, incidentDecider.initialState, all)).toEqual(state);
        expect(all.map(({ payload }) => payload.sequence)).toEqual(all.map((_, index) => index + 1));
        expect(all.filter(({ name }) => name === 'IncidentOpened').length).toBeLessThanOrEqual(1);
        if (state?.endTime) expect(compareInstants(state.startTime, state.endTime)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('makes events that their schemas accept', () => {
    for (const [type, event] of [
      [IncidentOpened, opened],
      [IncidentClosed, closed(incident.startTime, 'resolved')],
    ] as const) {
      expect(type.schema.safeParse(event.payload).success).toBe(true);
    }
  });
});
