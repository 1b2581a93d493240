import { describe, expect, it } from '@jest/globals';
import { fold } from '#libs/core';
import { givenFor } from '#libs/testing';
import {
  ambiguous,
  delivered,
  finish,
  incident,
  proceed,
  receipt,
  refused,
  row,
  rule,
  settled,
  started,
  T,
} from './lane.given.js';
import { evolve, initialLane, laneDecider, type LaneEvent } from './lane.js';

const given = givenFor(laneDecider(rule));

describe('a post in doubt', () => {
  const doubt = { sequence: 1, at: T, twice: true };
  const doubted: LaneEvent[] = [started(), { type: 'Doubted', doubt }, { type: 'Postponed', until: T + 1000 }];

  it('waits for its second try', () => {
    given([started()])
      .when(finish(ambiguous))
      .then([
        { type: 'Doubted', doubt },
        { type: 'Postponed', until: T + 1000 },
      ]);
    given(doubted)
      .when(proceed({ now: T + 1000 }))
      .then([started({ startedAt: T + 1000 })]);
  });

  it('is what a process leaves that ended during the call', () => {
    given([started()])
      .when(proceed({ now: T + 20_000 }))
      .then([
        { type: 'Doubted', doubt: { ...doubt, at: T + 20_000 } },
        { type: 'Postponed', until: T + 21_000 },
      ]);
  });

  it('ends ambiguous, with the receipt of the message that is certain', () => {
    given([...doubted, started()])
      .when(finish(delivered))
      .then([
        settled(1, 'ambiguous', {
          reason: 'an earlier try may have posted it too; posted again',
          receipt,
          attempts: 2,
        }),
        { type: 'Shown', receipt, at: T },
      ]);
  });

  it('casts no doubt on what came after it', () => {
    given([...doubted, started({ sequence: 2 })])
      .when(finish(delivered, { incident: incident(2), waiting: [row(1), row(2)] }))
      .then([
        settled(1, 'ambiguous', { reason: 'an earlier try may have posted it too; posted again', attempts: 2 }),
        settled(2, 'delivered', { receipt, attempts: 1 }),
        { type: 'Shown', receipt, at: T },
      ]);
  });

  it('is written down when the second try is in doubt too, and is still owed', () => {
    const events: LaneEvent[] = [
      settled(1, 'ambiguous', { reason: 'no answer within 15 s; an earlier try was in doubt too', attempts: 2 }),
      { type: 'Doubted', doubt },
      { type: 'Postponed', until: T + 5000 },
      { type: 'Owed' },
    ];
    given([...doubted, started()])
      .when(finish(ambiguous))
      .then(events);
    const owed = [...doubted, started(), ...events];
    given(owed)
      .when(proceed({ waiting: [], now: T + 5000 }))
      .then([started({ startedAt: T + 5000 })]);
    given([...owed, started()])
      .when(finish(delivered, { waiting: [] }))
      .then([{ type: 'Shown', receipt, at: T }]);
    given(owed)
      .when(proceed({ waiting: [], now: T + 86_400_001 }))
      .then([{ type: 'Cleared' }]);
  });

  it('is not repeated for an incident that closed meanwhile', () => {
    given(doubted)
      .when(proceed({ incident: incident(2, false), waiting: [row(1), row(2)] }))
      .then([
        settled(1, 'ambiguous', {
          reason: 'a try may have taken effect; then: closed while the post was in doubt',
          attempts: 1,
        }),
        settled(2, 'superseded', { reason: 'closed while the post was in doubt', attempts: 0 }),
        { type: 'Cleared' },
      ]);
  });

  it.each([
    ['expires', proceed({ now: T + 86_400_001 })],
    ['is paused away', proceed({ integration: 'paused' })],
  ])('stays ambiguous when it %s', (_, command) => {
    const events = laneDecider(rule).decide(command, fold(evolve, initialLane, doubted));
    expect(events[0]).toMatchObject({ type: 'Settled', verdict: { deliveryId: 'd1', state: 'ambiguous' } });
  });

  it('stays ambiguous when the second try is refused for good', () => {
    const events = laneDecider(rule).decide(finish(refused), fold(evolve, initialLane, [...doubted, started()]));
    expect(events[0]).toMatchObject({ type: 'Settled', verdict: { deliveryId: 'd1', state: 'ambiguous' } });
  });

  it('is not repeated at all under at-most-once', () => {
    const atMostOnce = givenFor(laneDecider({ ...rule, doubtfulPosts: 'at-most-once' }));
    const abandoned: LaneEvent[] = [
      settled(1, 'ambiguous', { reason: 'no answer within 15 s; not posted again (at-most-once)', attempts: 1 }),
      { type: 'Abandoned' },
    ];
    atMostOnce([started()]).when(finish(ambiguous)).then(abandoned);
    atMostOnce([started(), ...abandoned])
      .when(proceed({ incident: incident(2), waiting: [row(2)] }))
      .then([
        settled(2, 'superseded', { reason: 'the post is in doubt and not repeated (at-most-once)', attempts: 0 }),
      ]);
  });
});
