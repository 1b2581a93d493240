import { describe, expect, it } from '@jest/globals';
import { followUpOf, leaderOf, onlyDiffer, ownEntryOf, type View } from './gossip.js';

const AT = '2026-11-20T09:38:13.321Z';
type Changes = Readonly<Record<string, object>>;

/** What node `viewer` of three says; `changes` by node. */
function view(viewer: number, changes: Changes = {}): View {
  const members = [0, 1, 2].map((i) => ({
    instanceId: `instance-${i}`,
    timeStamp: `2026-11-20T09:38:1${viewer}.0000000Z`,
    state: i === 0 ? 'Leader' : 'Follower',
    isAlive: true,
    httpEndPointIp: `n${i}.example`,
    httpEndPointPort: 2113,
    writerCheckpoint: 1000 + viewer,
    epochNumber: 10,
    ...changes[`n${i}`],
  }));
  const body = { members, serverIp: `n${viewer}.example`, serverPort: 2113 };
  return { nodeId: `n${viewer}`, endpoint: `n${viewer}.example:2113`, startedAt: AT, durationMs: 3, ok: true, body };
}

const failed = (viewer: number): View => {
  const { body: _, ...rest } = view(viewer);
  return { ...rest, ok: false, error: 'ECONNREFUSED' };
};

describe('the leader of a round', () => {
  it('is whom a majority of the answering nodes name, with its own position', () => {
    expect(leaderOf([view(0), view(1), view(2)])).toEqual({ nodeId: 'n0', writer: 1000 });
    expect(leaderOf([view(0), view(1), failed(2)])).toEqual({ nodeId: 'n0', writer: 1000 });
  });

  it('is nobody where none is named, is dead, or does not answer', () => {
    const none = { n0: { state: 'Unknown' } };
    expect(leaderOf([view(0, none), view(1, none), view(2, none)])).toBeUndefined();
    const dead = { n0: { isAlive: false } };
    expect(leaderOf([view(1, dead), view(2, dead)])).toBeUndefined();
    expect(leaderOf([failed(0), view(1), view(2)])).toBeUndefined();
    expect(leaderOf([])).toBeUndefined();
  });

  it('is nobody where the halves disagree', () => {
    const other = { n0: { state: 'Follower' }, n1: { state: 'Leader' } };
    expect(leaderOf([view(0), view(1, other)])).toBeUndefined();
  });
});

describe("a node's own entry", () => {
  it('is found by what it serves where it is asked at another address', () => {
    const asked = { ...view(1), endpoint: '10.0.0.7:32113' };
    expect(ownEntryOf(asked)).toMatchObject({ instanceId: 'instance-1' });
    expect(ownEntryOf({ ...asked, body: { members: 'none' } })).toBeUndefined();
  });
});

describe('the followers a moment later', () => {
  it('are those that answered, with their positions; -1 where unknown', () => {
    const unknown = view(2, { n2: { writerCheckpoint: 'x', state: 'CatchingUp' } });
    expect(followUpOf(AT, { nodeId: 'n0', writer: 1000 }, [failed(1), unknown])).toEqual({
      startedAt: AT,
      leaderNodeId: 'n0',
      leaderWriter: 1000,
      followers: [{ nodeId: 'n2', writer: -1, state: 'CatchingUp' }],
    });
  });
});

describe('views that only differ', () => {
  it('differ in what the database compares, and not in positions, times or order', () => {
    const turned = view(1);
    (turned.body as { members: unknown[] }).members.reverse();
    expect(onlyDiffer([view(0), turned, view(2, { n1: { lastCommitPosition: 7, unknown: 1 } })])).toBe(false);
    for (const change of [{ isAlive: false }, { epochNumber: 11 }, { instanceId: 'restarted' }, { state: 'Clone' }]) {
      expect(onlyDiffer([view(0), view(1, { n2: change })])).toBe(true);
    }
  });

  it('are none where a query failed', () => {
    expect(onlyDiffer([view(0), view(1, { n2: { isAlive: false } }), failed(2)])).toBe(false);
  });
});
