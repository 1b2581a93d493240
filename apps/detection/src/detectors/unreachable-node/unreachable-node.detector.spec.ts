import { describe, expect, it } from '@jest/globals';
import { decideAll, type PostedSample, said } from '../../testing/decide-all.js';
import { every, gossip, type RoundPlan, START } from '../../testing/episodes.js';
import { unreachableNode } from './unreachable-node.detector.js';

const run = (samples: readonly PostedSample[], settings = {}): string[] =>
  said(decideAll(samples, [unreachableNode], { settings }).events, START);
const turns = (samples: readonly PostedSample[]): string[] => run(samples).filter((one) => !one.startsWith('observed'));

/** n1 alone takes n2 for dead. */
const oneWay: RoundPlan = { differs: { n1: { n2: { alive: false } } } };
/** n2 does not answer, and the others say that it is dead. */
const dead: RoundPlan = { silent: ['n2'], differs: { n0: { n2: { alive: false } }, n1: { n2: { alive: false } } } };

const rounds = (last: number, ...spans: readonly (readonly [from: number, to: number, plan: RoundPlan])[]) =>
  every(30, 0, last).map((t) => gossip(t, spans.find(([from, to]) => from <= t && t <= to)?.[2] ?? {}));

describe('unreachable-node', () => {
  it('says nothing of a node that one other has missed for 2:30', () => {
    expect(run(rounds(600, [60, 210, oneWay]))).toEqual([]);
  });

  it('opens at three minutes on one that one other misses, and closes when none did for three minutes', () => {
    expect(run(rounds(900, [60, 270, oneWay]))).toEqual(['opened n2 @240', 'observed n2 @270', 'closed n2 @450']);
  });

  it('takes a dead node for one subject, whoever misses it, and does not say that it misses others', () => {
    const { events } = decideAll(rounds(240, [60, 900, dead]), [unreachableNode]);
    expect(said(events, START)).toEqual(['opened n2 @240']);
    expect(events[0]?.payload).toMatchObject({
      subject: 'n2',
      nodeId: 'n2',
      observed: { target: 'n2', observers: ['n0', 'n1'] },
    });
  });

  it('wants one pair bad in every round: two observers in turn are none', () => {
    const other: RoundPlan = { differs: { n0: { n2: { alive: false } } } };
    const samples = every(30, 0, 600).map((t) => gossip(t, t % 60 === 0 ? oneWay : other));
    expect(run(samples)).toEqual([]);
  });

  it('wants five rounds of the three minutes', () => {
    const four = [0, 60, 120, 180].map((t) => gossip(t, oneWay));
    const five = [0, 45, 90, 135, 180].map((t) => gossip(t, oneWay));
    expect(run(four)).toEqual([]);
    expect(run(five)).toEqual(['opened n2 @180']);
  });

  it('takes a member that is gone from the views for unreachable: it is expected', () => {
    const gone: RoundPlan = { silent: ['n2'], differs: { n0: { n2: null }, n1: { n2: null } } };
    expect(turns(rounds(240, [0, 90, dead], [120, 240, gone]))).toEqual(['opened n2 @180']);
  });

  it('lets an observer that was not asked neither extend nor break a run', () => {
    const unknown: RoundPlan = { silent: ['n1'] };
    expect(turns(rounds(300, [120, 150, unknown], [60, 300, oneWay]))).toEqual(['opened n2 @240']);
  });

  it('holds while no observer answers', () => {
    const silent: RoundPlan = { silent: ['n0', 'n1', 'n2'] };
    expect(run(rounds(600, [0, 600, silent]))).toEqual([]);
    expect(turns(rounds(900, [0, 180, oneWay], [210, 900, silent]))).toEqual(['opened n2 @180']);
    expect(turns(rounds(900, [0, 180, oneWay], [210, 600, silent]))).toEqual(['opened n2 @180', 'closed n2 @630']);
  });

  it('of a cluster of one says nothing', () => {
    expect(run(every(30, 0, 600).map((t) => gossip(t, { nodes: ['n0'] })))).toEqual([]);
  });

  it('closes when the node is not expected any more', () => {
    const samples = rounds(180, [0, 180, oneWay]).concat(
      every(30, 210, 600).map((t) => gossip(t, { nodes: ['n0', 'n1'] })),
    );
    const { events } = decideAll(samples, [unreachableNode]);
    expect(said(events, START)).toEqual(['opened n2 @180', 'closed n2 @360']);
    expect(events[1]?.payload).toMatchObject({ reason: 'subject removed' });
  });

  it('finds a node whatever it is called', () => {
    const nodes = ['n0', '__proto__', 'constructor'];
    const plan: RoundPlan = {
      nodes,
      followUp: null,
      differs: { n0: { constructor: { alive: false }, ['__proto__']: { alive: false } } },
    };
    expect(turns(every(30, 0, 180).map((t) => gossip(t, plan)))).toEqual([
      'opened __proto__ @180',
      'opened constructor @180',
    ]);
  });
});
