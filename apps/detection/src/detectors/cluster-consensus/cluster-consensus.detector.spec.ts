import { describe, expect, it } from '@jest/globals';
import { decideAll, type PostedSample, said } from '../../testing/decide-all.js';
import { gossip, START } from '../../testing/episodes.js';
import { clusterConsensus } from './cluster-consensus.detector.js';

const run = (samples: readonly PostedSample[]): string[] => said(decideAll(samples, [clusterConsensus]).events, START);
const n2 = { silent: ['n2'] };
/** n1 takes n2 for dead, the others do not. */
const differing = { differs: { n1: { n2: { alive: false } } } };

describe('cluster-consensus', () => {
  it('says nothing of views that differ in order, times and positions alone', () => {
    const writer = { differs: { n1: { n2: { writer: 7 } } } };
    expect(run([gossip(0), gossip(30, writer), gossip(60, writer), gossip(90)])).toEqual([]);
  });

  it('opens in the round in which a query fails, is observed, and closes in the first good one', () => {
    expect(run([gossip(0), gossip(30, n2), gossip(60, n2), gossip(90), gossip(120)])).toEqual([
      'opened c1 @30',
      'observed c1 @60',
      'closed c1 @90',
    ]);
  });

  it('opens on the second differing round running: the query again 5 s later', () => {
    expect(run([gossip(0), gossip(30, differing), gossip(35), gossip(60)])).toEqual([]);
    expect(run([gossip(0), gossip(30, differing), gossip(35, differing), gossip(60)])).toEqual([
      'opened c1 @35',
      'closed c1 @60',
    ]);
    expect(run([gossip(0, differing), gossip(30), gossip(60, differing), gossip(90)])).toEqual([]);
  });

  it.each([{}, { members: 'none' }, null, 'text', []])('takes an answer of %j for a failed query', (body) => {
    const round = gossip(30);
    const views = (round['views'] as object[]).map((view, index) => (index === 2 ? { ...view, body } : view));
    expect(run([gossip(0), { ...round, views }])).toEqual(['opened c1 @30']);
  });

  it('takes a node that was not asked for a failed query', () => {
    const round = gossip(30);
    expect(run([gossip(0), { ...round, views: (round['views'] as object[]).slice(1) }])).toEqual(['opened c1 @30']);
  });

  it('of a cluster of one minds failed queries alone', () => {
    const one = { nodes: ['n0'] };
    expect(run([gossip(0, one), gossip(30, { ...one, silent: ['n0'] }), gossip(60, one)])).toEqual([
      'opened c1 @30',
      'closed c1 @60',
    ]);
  });

  it('names which node said what', () => {
    const { events } = decideAll([gossip(0, { ...n2, differs: { n1: { n2: { alive: false } } } })], [clusterConsensus]);
    expect(events[0]?.payload).toMatchObject({
      subject: 'c1',
      message: expect.stringContaining(
        'n0 sees 3 of 3 members alive, leader n0.example:2113; n1 sees 2 of 3 members alive, leader n0.example:2113; ' +
          'n2 does not answer (time-out).',
      ),
      observed: { nodes: 3, failed: ['n2'], views: 2, outcome: 'failed' },
    });
  });

  it('is not closed by a good round from before it opened', () => {
    expect(run([gossip(0), gossip(40, n2), gossip(30), gossip(70)])).toEqual([
      'opened c1 @40',
      'observed c1 @40',
      'closed c1 @70',
    ]);
  });
});
