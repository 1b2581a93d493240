import { describe, expect, it } from '@jest/globals';
import { decideAll, type PostedSample, said } from '../../testing/decide-all.js';
import { every, gossip, START } from '../../testing/episodes.js';
import { frequentElections } from './frequent-elections.detector.js';

const run = (samples: readonly PostedSample[]): string[] => said(decideAll(samples, [frequentElections]).events, START);
const turns = (samples: readonly PostedSample[]): string[] => run(samples).filter((one) => !one.startsWith('observed'));

/** Rounds every 30 s up to `last`; who leads is the last of `terms` that began. */
function rounds(
  last: number,
  ...terms: readonly (readonly [from: number, leader: string | null, instance?: string])[]
) {
  return every(30, 0, last).map((t) => {
    const [, leader, instance] = terms.findLast(([from]) => from <= t)!;
    return gossip(t, { leader, ...(instance === undefined ? {} : { instance }) });
  });
}

describe('frequent-elections', () => {
  it('says nothing of the first leader, nor of one change in an hour', () => {
    expect(run(rounds(7200, [0, 'n0'], [600, 'n1']))).toEqual([]);
  });

  it('opens on the second change within an hour, and closes an hour later when all is calm', () => {
    expect(turns(rounds(8000, [0, 'n0'], [600, 'n1'], [1200, 'n2']))).toEqual(['opened c1 @1200', 'closed c1 @4800']);
  });

  it.each([
    [3570, ['opened c1 @4170']],
    [3600, []],
    [3630, []],
  ])('counts changes %p s apart', (apart, expected) => {
    expect(turns(rounds(4300, [0, 'n0'], [600, 'n1'], [600 + apart, 'n2']))).toEqual(expected);
  });

  it('is observed while two changes lie in the hour', () => {
    const observed = run(rounds(4800, [0, 'n0'], [600, 'n1'], [1200, 'n2'])).filter((one) =>
      one.startsWith('observed'),
    );
    expect(observed).toHaveLength(99);
    expect(observed.at(-1)).toBe('observed c1 @4170');
  });

  it('stays open as long as two changes lie in the last hour', () => {
    const samples = rounds(9000, [0, 'n0'], [600, 'n1'], [1200, 'n2'], [3000, 'n0'], [3300, 'n1']);
    expect(turns(samples)).toEqual(['opened c1 @1200', 'closed c1 @6600']);
  });

  it('ignores gaps without a leader: the same one again is no change, another one is one', () => {
    expect(turns(rounds(3000, [0, 'n0'], [300, null], [600, 'n0'], [900, null], [1200, 'n0']))).toEqual([]);
    expect(turns(rounds(3000, [0, 'n0'], [300, null], [600, 'n1'], [900, null], [1200, 'n0']))).toEqual([
      'opened c1 @1200',
    ]);
  });

  it('counts a leader that restarted and won again, not one that was elected again while it ran', () => {
    const restarted = rounds(3000, [0, 'n0'], [600, 'n0', 'second'], [1200, 'n0', 'third']);
    expect(turns(restarted)).toEqual(['opened c1 @1200']);
    const again = every(30, 0, 3000).map((t) => gossip(t, { epoch: 10 + Math.floor(t / 60) }));
    expect(run(again)).toEqual([]);
  });

  it('needs a majority of the answering nodes', () => {
    const split = { differs: { n1: { n0: { state: 'Follower' }, n1: { state: 'Leader' } } } };
    const samples = every(30, 0, 3000).map((t) => gossip(t, t % 60 === 0 ? {} : split));
    expect(run(samples)).toEqual([]);
  });

  it('shows by how much the epoch rose', () => {
    const samples = [gossip(0), gossip(30, { leader: 'n1', epoch: 13 }), gossip(60, { leader: 'n2', epoch: 14 })];
    expect(decideAll(samples, [frequentElections]).events[0]?.payload).toMatchObject({
      observed: { changes: 2, epochs: [3, 1], leader: 'n2' },
      message: expect.stringContaining('changed 2 times within 60 minutes; the limit is 1.'),
    });
  });

  it('finds a change that a late round shows', () => {
    const samples = [
      gossip(0),
      gossip(60, { leader: 'n2' }),
      gossip(30, { leader: 'n1' }),
      gossip(90, { leader: 'n2' }),
    ];
    expect(turns(samples)).toEqual(['opened c1 @60']);
  });
});
