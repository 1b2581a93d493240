import { describe, expect, it } from '@jest/globals';
import { type Received } from '#libs/runtime';
import { incidentDecider, type IncidentState } from '../incident/incident.js';
import { type IncidentEnvelope } from '../projections/incidents/incidents.projection.js';
import { minute as at } from '../testing/alerts.js';
import { issueWorld } from '../testing/issues.js';
import { decideIssues } from './decide-issues.js';
import { incidentIdOf, issueOf } from './issue.js';

const from = { id: 's1', pk: 2, name: 'detection', type: 'tocsin', baseUrl: '', userPk: 4, username: 'detection' };
const KEYS = Array.from({ length: 4000 }, (_, n) => n + 1);

/** Decides records, in batches of `size`; the state is kept between them as the database would. */
function decide(records: readonly Received[], size = records.length, before: IncidentState = undefined) {
  const incidents = new Map<string, { version: number; state: IncidentState }>();
  const events: IncidentEnvelope[] = [];
  const issues = records.map(({ event }) => issueOf(event, from));
  if (before) incidents.set(incidentIdOf(issues[0]!), { version: 1, state: before });
  for (let n = 0; n < issues.length; n += size) {
    const decided = decideIssues(issues.slice(n, n + size), { incidents, pks: KEYS, eventPks: KEYS.slice(n) }, at(100));
    for (const [id, { state }] of decided.incidents) incidents.set(id, { version: 1, state });
    events.push(...decided.events);
  }
  return { events, state: incidents.get(incidentIdOf(issues[0]!))?.state };
}

const names = ({ events }: { events: readonly IncidentEnvelope[] }) => events.map(({ name }) => name);

describe('an issue', () => {
  it('opens one incident, shows its latest values, and closes it', () => {
    const { opened, observed, closed, issueId } = issueWorld();
    const { events, state } = decide([opened(), observed({ sequence: 2 }), closed({ sequence: 3 })], 1);
    expect(events.map(({ name }) => name)).toEqual(['IncidentOpened', 'IncidentObserved', 'IncidentClosed']);
    expect(events[0]?.payload).toMatchObject({
      origin: 'issue',
      stateful: true,
      startTime: at(1),
      level: 1,
      description: 'Disk usage of /data on node n1 is too high\n81 % of /data is used.',
      tags: ['cluster=c1', 'node=n1', 'detector=disk-usage', 'subject=n1:/data'],
      source: { pk: 2, name: 'detection', type: 'tocsin' },
      sourceIncidentId: issueId,
      metadata: { issueId, observed: { usedPercent: 81 }, threshold: { percent: 80 }, sequence: 1 },
    });
    expect(events[1]?.payload).toMatchObject({
      timestamp: at(2),
      description: expect.stringContaining('82 %'),
      metadata: { observed: { usedPercent: 82 } },
    });
    expect(events[1]?.payload).not.toHaveProperty('eventPk');
    expect(events[2]?.payload).toMatchObject({ type: 'END', endTime: at(3), reason: 'resolved' });
    expect(events[2]?.payload).toMatchObject({ description: '83 % of /data is used.', eventPk: expect.any(Number) });
    expect(state).toMatchObject({ endTime: at(3), closeReason: 'resolved', issue: { sequence: 3, final: true } });
  });

  it('names its record as the cause of what it brings about', () => {
    const record = issueWorld().opened();
    const { id: causationId, correlationId, organizationId } = record.event.metadata;
    expect(decide([record]).events[0]?.metadata).toMatchObject({
      causationId,
      correlationId,
      organizationId,
      time: at(1),
    });
  });

  it('that was repeated or comes late changes nothing', () => {
    const { opened, observed } = issueWorld();
    const all = [opened(), observed({ sequence: 3 }), observed({ sequence: 2 }), observed({ sequence: 3 }), opened()];
    const { events, state } = decide(all);
    expect(names({ events })).toEqual(['IncidentOpened', 'IncidentObserved']);
    expect(state).toMatchObject({ metadata: { sequence: 3 }, description: expect.stringContaining('83 %') });
  });

  it('of which the opening was lost opens with what comes first', () => {
    const { observed } = issueWorld();
    const { events } = decide([observed({ sequence: 7 }), observed({ sequence: 8 })]);
    expect(names({ events })).toEqual(['IncidentOpened', 'IncidentObserved']);
    expect(events[0]?.payload).toMatchObject({ startTime: at(1), metadata: { sequence: 7 } });
  });

  it('of which the end comes first is over from the start, and stays so', () => {
    const { opened, observed, closed } = issueWorld();
    const { events } = decide([closed({ sequence: 3 }), opened(), observed({ sequence: 4 }), closed({ sequence: 3 })]);
    expect(names({ events })).toEqual(['IncidentOpened']);
    expect(events[0]?.payload).toMatchObject({ startTime: at(1), endTime: at(3), late: true, issue: { final: true } });
  });

  it('closes with whatever sequence its end has', () => {
    const { opened, observed, closed } = issueWorld();
    const result = decide([opened(), observed({ sequence: 9 }), closed({ sequence: 4 }), observed({ sequence: 10 })]);
    expect(names(result)).toEqual(['IncidentOpened', 'IncidentObserved', 'IncidentClosed']);
  });

  it('of a removed cluster ends for that reason', () => {
    const { opened, closed } = issueWorld();
    const { state } = decide([opened(), closed({ sequence: 2, payload: { reason: 'subject removed' } })]);
    expect(state?.closeReason).toBe('subject removed');
  });

  it('that becomes more severe says so where people see it', () => {
    const { opened, observed } = issueWorld();
    const first = opened({ payload: { severity: 'warning' } });
    const { events, state } = decide([first, observed({ sequence: 2 }), observed({ sequence: 3 })]);
    expect(names({ events })).toEqual(['IncidentOpened', 'IncidentObserved', 'IncidentChanged', 'IncidentObserved']);
    expect(events[2]?.payload).toMatchObject({ attribute: 'level', old: 3, new: 1, eventPk: expect.any(Number) });
    expect(events.map(({ payload }) => payload.sequence)).toEqual([1, 2, 3, 4]);
    expect(state?.level).toBe(1);
  });

  it('that lasts is shown ever more calmly, with its newest values at least every five minutes', () => {
    const { opened, observed } = issueWorld();
    const all = Array.from({ length: 1440 }, (_, n) => observed({ sequence: n + 2, minute: n + 2 }));
    const shown = decide([opened(), ...all]).events.slice(1);
    const minutes = shown.map(({ payload }) => (payload as { issue: { sequence: number } }).issue.sequence);
    expect(minutes.slice(0, 4)).toEqual([2, 3, 4, 5]);
    expect(minutes.slice(-2)[1]! - minutes.slice(-2)[0]!).toBe(5);
    expect(shown.length).toBeLessThan(330);
  });

  it('is the same however the log is cut into batches', () => {
    const { opened, observed, closed } = issueWorld();
    const all = [opened(), observed({ sequence: 3 }), observed({ sequence: 2 }), closed({ sequence: 4 }), opened()];
    const whole = decide(all).events.map(({ name, payload, metadata }) => [name, payload.sequence, metadata.id]);
    for (const size of [1, 2, 3]) {
      expect(
        decide(all, size).events.map(({ name, payload, metadata }) => [name, payload.sequence, metadata.id]),
      ).toEqual(whole);
    }
  });
});

describe('people and an issue', () => {
  const jane = { userPk: 7, username: 'jane', kind: 'person' as const };
  const changed = (state: IncidentState, command: object): IncidentState => {
    const events = incidentDecider.decide({ by: jane, now: at(100), ...command } as never, state);
    return events.reduce(incidentDecider.evolve, state);
  };

  it('keep the description and the level that they gave', () => {
    const { opened, observed } = issueWorld();
    const mine = changed(decide([opened()]).state, {
      type: 'change',
      changes: { description: 'known, see ticket', level: 4 },
      eventPks: [8, 9],
      superuser: true,
    });
    const { state, events } = decide([observed({ sequence: 2 })], 1, mine);
    expect(names({ events })).toEqual(['IncidentObserved']);
    expect(state).toMatchObject({ description: 'known, see ticket', level: 4, metadata: { sequence: 2 } });
  });

  it('may close what is still seen: it stays closed, and its end says nothing more', () => {
    const { opened, observed, closed } = issueWorld();
    const done = changed(decide([opened()]).state, { type: 'post', verb: 'CLO', eventPk: 8, description: '' });
    expect(decide([observed({ sequence: 2 }), closed({ sequence: 3 })], 1, done).events).toEqual([]);
  });
});
