import { describe, expect, it } from '@jest/globals';
import { millisOf } from '#libs/core';
import { coreLoad } from '../detectors/core-load/core-load.detector.js';
import { detectors } from '../detectors/index.js';
import { decideAll, eventOf, type PostedSample, said } from '../testing/decide-all.js';
import { at, gossip, host, START } from '../testing/episodes.js';
import { emptyCell } from './cell.js';
import { cellOf, decideSample } from './decide-sample.js';

const outcomes = (samples: readonly PostedSample[]) => decideAll(samples, detectors).outcomes;

interface Payload {
  readonly issueId: string;
  readonly sequence: number;
}

const payloadsOf = (samples: readonly PostedSample[]): Payload[] =>
  decideAll(samples, [coreLoad]).events.map(({ payload }) => payload as Payload);

describe('a sample', () => {
  it('of a minute before the newest is applied, an older one is counted', () => {
    expect(outcomes([host(100), host(40), host(39.999)])).toEqual(['applied', 'applied', 'late']);
  });

  it('is late for its own node alone, and for its own kind', () => {
    expect(outcomes([host(1000), host(0, { nodeId: 'n2' }), gossip(0)])).toEqual(['applied', 'applied', 'applied']);
  });

  it('that is known changes nothing: of a host by its time, of a round by its id', () => {
    expect(outcomes([host(0), host(15), host(0)])).toEqual(['applied', 'applied', 'duplicate']);
    expect(outcomes([gossip(0), gossip(5, { roundId: 'r0' }), gossip(0, { roundId: 'other' })])).toEqual([
      'applied',
      'duplicate',
      'applied',
    ]);
  });

  it.each([
    [3600, 'applied'],
    [3600.001, 'far-future'],
    [86_400 * 365, 'far-future'],
    [-86_400, 'applied'],
  ])('taken %p s after its record was written is %s', (ahead, outcome) => {
    const event = eventOf(host(ahead, { load: 90 }), 0);
    const rules = { detectors, settingsOf: (rule: { settings: object }) => rule.settings as Record<string, number> };
    const record = { event, place: { topic: 't', partition: 0, offset: 0 }, timestamp: START };
    const decided = decideSample(emptyCell, cellOf(event), record, rules, at(0));
    expect(decided.outcome).toBe(outcome);
    expect(decided.cell === emptyCell).toBe(outcome === 'far-future');
  });

  it('from far ahead does not make those of now late', () => {
    const future = { ...host(7200, { load: 90 }) };
    const event = eventOf(future, 0);
    const rules = { detectors, settingsOf: (rule: { settings: object }) => rule.settings as Record<string, number> };
    const place = { topic: 't', partition: 0, offset: 0 };
    const first = decideSample(emptyCell, cellOf(event), { event, place, timestamp: START }, rules, at(0));
    const now = eventOf(host(0), 1);
    const next = decideSample(first.cell, cellOf(now), { event: now, place, timestamp: START }, rules, at(0));
    expect([first.outcome, next.outcome]).toEqual(['far-future', 'applied']);
  });
});

describe('an evaluation after a late sample', () => {
  it('is at the newest time, and may open', () => {
    const { events } = decideAll([host(0), host(30), host(15, { load: 12 })], [coreLoad]);
    expect(said(events, START)).toEqual(['opened n1 @30']);
  });

  it('causes no turn with a sample from before the last one', () => {
    const calm = [60, 75, 90, 105].map((t) => host(t));
    const samples = [host(30, { load: 12 }), ...calm, host(45, { load: 12 }), host(120)];
    expect(said(decideAll(samples, [coreLoad]).events, START)).toEqual(['opened n1 @30', 'closed n1 @90']);
  });
});

describe('an issue', () => {
  const busy = [host(0, { load: 12 }), host(15, { load: 12 })];
  const calm = [30, 45, 60, 75, 90].map((t) => host(t));

  it('has one id from its opening to its close, and counts its events', () => {
    const payloads = payloadsOf([...busy, ...calm]);
    expect(payloads.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(new Set(payloads.map(({ issueId }) => issueId)).size).toBe(1);
  });

  it('that comes again has another id', () => {
    const again = [host(105, { load: 12 })];
    const payloads = payloadsOf([...busy, ...calm, ...again]);
    expect(payloads[3]).toMatchObject({ sequence: 1, status: 'open' });
    expect(payloads[3]!.issueId).not.toBe(payloads[0]!.issueId);
  });

  it('has ids from the rule, its version, its key and the place of the record that decided', () => {
    const idsOf = (samples: readonly PostedSample[], version = 1) =>
      decideAll(samples, [{ ...coreLoad, version }]).events.map(({ metadata }) => metadata.id);
    const ids = idsOf(busy);
    expect(idsOf(busy)).toEqual(ids);
    expect(idsOf(busy, 2)).not.toEqual(ids);
    expect(idsOf([host(-15), ...busy])).not.toEqual(ids);
    expect(idsOf(busy.map((each) => ({ ...each, nodeId: 'n9' })))).not.toEqual(ids);
  });

  it('names its key, and what it follows from', () => {
    const { events } = decideAll([host(0, { load: 12, clusterId: 'c/1', nodeId: 'n 1' })], [coreLoad]);
    expect(events[0]).toMatchObject({
      payload: {
        issueKey: 'o1/p1/c%2F1/core-load/n%201',
        clusterId: 'c/1',
        nodeId: 'n 1',
        openedAt: at(0),
        occurredAt: at(0),
      },
      metadata: {
        subject: 'cluster/c%2F1',
        source: 'detection',
        causationId: eventOf(host(0), 0).metadata.id,
        time: at(0),
      },
    });
    expect(millisOf(at(0))).toBe(START);
  });
});

describe('silence', () => {
  const regular = [0, 15, 30].map((t) => host(t));
  const events = (samples: readonly PostedSample[]) => decideAll(samples, [], { silence: true }).events;

  it('of five minutes is an issue of its own, closed by the next sample', () => {
    const found = events([...regular, host(330)]);
    expect(said(found, START)).toEqual(['opened n1 @330', 'closed n1 @330']);
    expect(found[0]?.payload).toMatchObject({
      detector: 'health-reporting',
      evidence: { offset: 2 },
      severity: 'warning',
    });
    expect(events([...regular, host(329.999)])).toEqual([]);
  });

  it('of somebody who was hardly ever heard is none', () => {
    expect(events([host(0), host(15), host(4000)])).toEqual([]);
  });

  it('of the gossip of a cluster is told of the cluster', () => {
    const found = events([0, 30, 60, 1000].map((t) => gossip(t)));
    expect(said(found, START)).toEqual(['opened c1:GossipRound @360', 'closed c1:GossipRound @1000']);
  });
});
