import { describe, expect, it } from '@jest/globals';
import { decideAll, type PostedSample, said } from '../../testing/decide-all.js';
import { every, gossip, type RoundPlan, START } from '../../testing/episodes.js';
import { nodeOutOfSync } from './node-out-of-sync.detector.js';

const run = (samples: readonly PostedSample[], settings = {}): string[] =>
  said(decideAll(samples, [nodeOutOfSync], { settings }).events, START);
const turns = (samples: readonly PostedSample[]): string[] => run(samples).filter((one) => !one.startsWith('observed'));

const BEHIND: RoundPlan = { behind: { n1: 500 } };

/** Rounds every 30 s up to `last`, with the plans of the first span of time that holds. */
const rounds = (last: number, ...spans: readonly (readonly [from: number, to: number, plan: RoundPlan])[]) =>
  every(30, 0, last).map((t) => gossip(t, spans.find(([from, to]) => from <= t && t <= to)?.[2] ?? {}));

describe('node-out-of-sync', () => {
  it('says nothing of a follower that is behind for 2:30', () => {
    expect(run(rounds(600, [60, 210, BEHIND]))).toEqual([]);
  });

  it('opens at three minutes on one that is behind for 3:30, and closes when nobody was for three minutes', () => {
    expect(run(rounds(900, [60, 270, BEHIND]))).toEqual(['opened c1 @240', 'observed c1 @270', 'closed c1 @450']);
  });

  it('takes equal positions for in sync', () => {
    expect(run(rounds(600, [0, 600, { behind: { n1: 0 } }]))).toEqual([]);
  });

  it('wants the same follower behind all the time', () => {
    const spans = [0, 60, 120, 180, 240, 300].map(
      (t, index) => [t, t + 30, { behind: { [index % 2 === 0 ? 'n1' : 'n2']: 9 } }] as const,
    );
    expect(run(rounds(400, ...spans))).toEqual([]);
  });

  it('lets void rounds neither extend nor break a run, but wants the last minute valid', () => {
    const without = { ...BEHIND, followUp: null };
    expect(turns(rounds(300, [120, 150, without], [60, 300, BEHIND]))).toEqual(['opened c1 @240']);
    expect(turns(rounds(300, [240, 240, without], [60, 300, BEHIND]))).toEqual(['opened c1 @300']);
  });

  it('wants four rounds of the three minutes', () => {
    const without = { ...BEHIND, followUp: null };
    expect(turns(rounds(240, [90, 180, without], [60, 300, BEHIND]))).toEqual([]);
    expect(turns(rounds(240, [90, 150, without], [60, 300, BEHIND]))).toEqual(['opened c1 @240']);
  });

  it.each([
    [
      'there is no leader',
      {
        leader: null,
        followUp: {
          startedAt: gossip(0).at,
          leaderNodeId: 'n0',
          leaderWriter: 9,
          followers: [{ nodeId: 'n1', writer: 1, state: 'Follower' }],
        },
      },
    ],
    [
      'the leader moved',
      {
        followUp: {
          startedAt: gossip(0).at,
          leaderNodeId: 'n2',
          leaderWriter: 9,
          followers: [{ nodeId: 'n1', writer: 1, state: 'Follower' }],
        },
      },
    ],
    [
      'the position of the leader is unknown',
      {
        followUp: {
          startedAt: gossip(0).at,
          leaderNodeId: 'n0',
          leaderWriter: -1,
          followers: [{ nodeId: 'n1', writer: 1, state: 'Follower' }],
        },
      },
    ],
    [
      'the position of the follower is unknown',
      {
        followUp: {
          startedAt: gossip(0).at,
          leaderNodeId: 'n0',
          leaderWriter: 9,
          followers: [{ nodeId: 'n1', writer: -1, state: 'Follower' }],
        },
      },
    ],
    [
      'the follower is in another state',
      {
        followUp: {
          startedAt: gossip(0).at,
          leaderNodeId: 'n0',
          leaderWriter: 9,
          followers: [{ nodeId: 'n1', writer: 1, state: 'PreReplica' }],
        },
      },
    ],
    ['the follower does not answer', { silent: ['n1'], behind: { n1: 8 } }],
  ] as const)('is void where %s', (_what, plan) => {
    expect(run(rounds(600, [0, 600, plan as RoundPlan]))).toEqual([]);
  });

  it.each(['CatchingUp', 'Clone'])('minds followers in state %s', (state) => {
    const followUp = {
      startedAt: gossip(0).at,
      leaderNodeId: 'n0',
      leaderWriter: 9,
      followers: [{ nodeId: 'n1', writer: 1, state }],
    };
    expect(turns(rounds(180, [0, 180, { followUp }]))).toEqual(['opened c1 @180']);
  });

  it('minds read-only replicas where told to', () => {
    const followUp = {
      startedAt: gossip(0).at,
      leaderNodeId: 'n0',
      leaderWriter: 9,
      followers: [{ nodeId: 'n1', writer: 1, state: 'ReadOnlyReplica' }],
    };
    expect(run(rounds(180, [0, 180, { followUp }]))).toEqual([]);
    expect(run(rounds(180, [0, 180, { followUp }]), { readOnlyReplicas: 1 })).toEqual(['opened c1 @180']);
  });

  it('does not close without a valid round', () => {
    expect(turns(rounds(900, [0, 180, BEHIND], [210, 900, { leader: null }]))).toEqual(['opened c1 @180']);
  });

  it('names the followers, with how far they are behind', () => {
    const { events } = decideAll(rounds(180, [0, 180, { behind: { n1: 500, n2: 20 } }]), [nodeOutOfSync]);
    expect(events[0]?.payload).toMatchObject({
      subject: 'c1',
      observed: { followers: ['n1', 'n2'], bytesBehind: [500, 20] },
      message: expect.stringContaining(
        'n1 is 500 bytes behind, n2 is 20 bytes behind, and that for 3 minutes or longer.',
      ),
    });
  });
});
