import { describe, expect, it } from '@jest/globals';
import { decideAll, type PostedSample, said } from '../../testing/decide-all.js';
import { every, gossip, START } from '../../testing/episodes.js';
import { leaderMismatch } from './leader-mismatch.detector.js';

const run = (samples: readonly PostedSample[], settings = {}): string[] =>
  said(decideAll(samples, [leaderMismatch], { settings }).events, START);

/** n2 takes itself for the leader. */
const split = { differs: { n2: { n0: { state: 'Follower' }, n2: { state: 'Leader' } } } };

/** Rounds every 30 s; those at the given seconds show two leaders. */
const rounds = (last: number, ...splits: number[]): PostedSample[] =>
  every(30, 0, last).map((t) => gossip(t, splits.includes(t) ? split : {}));

describe('leader-mismatch', () => {
  it('says nothing of a split view of one round', () => {
    expect(run(rounds(600, 60))).toEqual([]);
  });

  it('opens on two rounds of the last three minutes, and closes after a minute of agreement', () => {
    expect(run(rounds(600, 60, 90))).toEqual(['opened c1 @90', 'closed c1 @150']);
    expect(run(rounds(600, 60, 210))).toEqual(['opened c1 @210', 'closed c1 @270']);
  });

  it('does not count a round of three minutes ago', () => {
    expect(run(rounds(600, 60, 240))).toEqual([]);
  });

  it('is observed while it lasts', () => {
    expect(run(rounds(600, 60, 90, 120, 150, 180, 210))).toEqual([
      'opened c1 @90',
      'observed c1 @120',
      'observed c1 @150',
      'observed c1 @180',
      'observed c1 @210',
      'closed c1 @270',
    ]);
  });

  it('counts only rounds after the last close towards the next', () => {
    expect(run(rounds(600, 60, 90, 180))).toEqual(['opened c1 @90', 'closed c1 @150']);
    expect(run(rounds(600, 60, 90, 180, 210))).toEqual([
      'opened c1 @90',
      'closed c1 @150',
      'opened c1 @210',
      'closed c1 @270',
    ]);
  });

  it('takes no leader at all for no mismatch, nor for agreement', () => {
    const none = every(30, 0, 600).map((t) => gossip(t, { leader: null }));
    expect(run(none)).toEqual([]);
    const lost = every(30, 0, 600).map((t) => gossip(t, t < 60 ? split : t < 300 ? { leader: null } : {}));
    expect(run(lost)).toEqual(['opened c1 @30', 'closed c1 @330']);
  });

  it('needs one and the same leader for a minute, in two rounds', () => {
    const moved = every(30, 0, 300).map((t) => gossip(t, t < 60 ? split : { leader: t < 90 ? 'n0' : 'n1' }));
    expect(run(moved)).toEqual(['opened c1 @30', 'closed c1 @120']);
    expect(run([gossip(0, split), gossip(30, split), gossip(120), gossip(200), gossip(230)])).toEqual([
      'opened c1 @30',
      'closed c1 @230',
    ]);
  });

  it('opens on the first round, or only on three minutes of them, as the setting says', () => {
    expect(run(rounds(300, 60), { minRounds: 1 })[0]).toBe('opened c1 @60');
    const all = every(30, 0, 300).map((t) => gossip(t, t >= 30 && t <= 210 ? split : {}));
    expect(run(all, { minRounds: 0 })[0]).toBe('opened c1 @180');
  });

  it('tells who names whom', () => {
    expect(decideAll(rounds(30, 0, 30), [leaderMismatch]).events[0]?.payload).toMatchObject({
      observed: { leaders: ['instance-n0', 'instance-n2'], mismatches: 2 },
      message: expect.stringContaining('n0 names n0.example:2113; n1 names n0.example:2113; n2 names n2.example:2113.'),
    });
  });
});
