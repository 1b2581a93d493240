import { describe, expect, it } from '@jest/globals';
import { fold } from '#libs/core';
import { event, jane, nav, NOW, opened } from './incident.given.js';
import { type IncidentCommand, incidentDecider, type IncidentEvent, refusalOf } from './incident.js';

const remove = (own: object): IncidentCommand => ({ type: 'delete', superuser: false, by: nav, now: NOW, ...own });
const gone = event('IncidentDeleted', { timestamp: NOW, by: nav });
const stateOf = (...events: IncidentEvent[]) => fold(incidentDecider.evolve, incidentDecider.initialState, events);

describe('an incident', () => {
  it('is deleted by its own source', () => {
    expect(incidentDecider.decide(remove({ sourcePk: 2 }), stateOf(opened()))).toEqual([gone]);
  });
  it('is deleted by an admin', () => {
    const [decided] = incidentDecider.decide(remove({ superuser: true, by: jane }), stateOf(opened()));
    expect(decided).toMatchObject({ name: 'IncidentDeleted', payload: { by: jane, sequence: 2 } });
  });
  it.each([
    ['another source', { sourcePk: 3 }],
    ['a person', { by: jane }],
  ])('is not deleted by %s', (_who, own) => {
    expect(refusalOf(remove(own), stateOf(opened()))).toEqual({ code: 'not-own', pk: 7 });
    expect(incidentDecider.decide(remove(own), stateOf(opened()))).toEqual([]);
  });

  const close = { type: 'close', endTime: NOW, reason: 'resolved', now: NOW } as const;
  const note = { type: 'post', verb: 'END', eventPk: 9, timestamp: NOW, description: '', by: nav, now: NOW } as const;
  it.each<IncidentCommand>([remove({ sourcePk: 2 }), close, note, { ...note, unchecked: true }])(
    'that is deleted is none: %j',
    (command) => {
      const state = stateOf(opened(), gone);
      expect(state?.deletedAt).toBe(NOW);
      expect(refusalOf(command, state)).toEqual({ code: 'unknown-incident', pk: 7 });
      expect(incidentDecider.decide(command, state)).toEqual([]);
    },
  );
});
