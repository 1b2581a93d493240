import { describe, expect, it } from '@jest/globals';
import { fold } from '#libs/core';
import { givenFor } from '#libs/testing';
import { type Outcome } from '../sink.js';
import {
  ambiguous,
  delivered,
  finish,
  gone,
  incident,
  proceed,
  receipt,
  refused,
  row,
  rule,
  settled,
  shown,
  situation,
  started,
  T,
  unauthorised,
} from './lane.given.js';
import { evolve, initialLane, laneDecider, plan, type Action, type Lane, type LaneEvent } from './lane.js';

const given = givenFor(laneDecider(rule));

describe('an incident that nothing was sent of', () => {
  it('is posted at once when it opens', () => {
    given([]).when(proceed()).then([started()]);
  });

  it('is posted in its newest state when several events wait', () => {
    given([])
      .when(proceed({ incident: incident(3), waiting: [row(1), row(2), row(3)] }))
      .then([started({ sequence: 3 })]);
  });

  it('is not posted when it closed unseen: everything is superseded', () => {
    const reason = 'opened and closed before anything was sent';
    given([])
      .when(proceed({ incident: incident(2, false), waiting: [row(1), row(2)] }))
      .then([1, 2].map((n) => settled(n, 'superseded', { reason, attempts: 0 })));
  });

  it('waits for the next try after a failed one', () => {
    const failed: LaneEvent[] = [started(), { type: 'Postponed', until: T + 1000 }];
    given(failed)
      .when(proceed({ now: T + 999 }))
      .thenNothing();
    given(failed)
      .when(proceed({ now: T + 1000 }))
      .then([started({ startedAt: T + 1000 })]);
  });

  it('expires', () => {
    const reason = 'not sent within 86400 s';
    given([])
      .when(proceed({ now: T + 86_400_001 }))
      .then([settled(1, 'expired', { reason, attempts: 0 }), { type: 'Cleared' }]);
  });

  it.each(['paused', 'deleted'] as const)('is suppressed when the integration is %s', (integration) => {
    const reason = integration === 'paused' ? 'the integration is paused' : 'cancelled: the integration was deleted';
    given([])
      .when(proceed({ integration, waiting: [row(1), row(2)] }))
      .then([1, 2].map((n) => settled(n, 'suppressed', { reason, attempts: 0 })));
  });
});

describe('an answered call', () => {
  it('delivers the newest event it carried and supersedes those before it', () => {
    given([started({ sequence: 2 })])
      .when(finish(delivered, { incident: incident(3), waiting: [row(1), row(2), row(3)] }))
      .then([
        settled(1, 'superseded', { reason: 'delivery d2 carried a later state', attempts: 1 }),
        settled(2, 'delivered', { receipt, attempts: 1 }),
        { type: 'Shown', receipt, at: T },
      ]);
  });

  it('counts the tries that carried an event', () => {
    given([started(), { type: 'Postponed', until: T }, started({ sequence: 2 })])
      .when(finish(delivered, { incident: incident(2), waiting: [row(1), row(2)] }))
      .then([
        settled(1, 'superseded', { reason: 'delivery d2 carried a later state', attempts: 2 }),
        settled(2, 'delivered', { receipt, attempts: 1 }),
        { type: 'Shown', receipt, at: T },
      ]);
  });

  it('is tried again by the schedule when nothing was changed', () => {
    const retry: Outcome = { kind: 'retry', reason: 'connection refused' };
    given([started()])
      .when(finish(retry))
      .then([{ type: 'Postponed', until: T + 1000 }]);
    given([started(), { type: 'Postponed', until: T }, started()])
      .when(finish(retry))
      .then([{ type: 'Postponed', until: T + 5000 }]);
  });

  it('is tried again no earlier than the provider asked for', () => {
    given([started()])
      .when(finish({ kind: 'retry', reason: 'ratelimited', afterMs: 30_000 }))
      .then([{ type: 'Postponed', until: T + 30_000 }]);
  });

  it('dead-letters a message that the provider will never take', () => {
    given([started({ sequence: 2 })])
      .when(finish(refused, { incident: incident(2), waiting: [row(1), row(2)] }))
      .then([
        settled(1, 'superseded', { reason: 'delivery d2 carried a later state', attempts: 1 }),
        settled(2, 'dead-lettered', { reason: 'msg_too_long: too long', attempts: 1 }),
        { type: 'Cleared' },
      ]);
  });

  it('leaves everything pending when the whole integration is refused', () => {
    given([started()])
      .when(finish(unauthorised))
      .then([{ type: 'Released' }]);
    given([started(), { type: 'Released' }])
      .when(proceed())
      .then([started()]);
  });
});

describe('a message that is shown', () => {
  const open = shown(1);

  it('needs nothing when nothing is new', () => {
    given(open)
      .when(proceed({ waiting: [], now: T + 900_000 }))
      .thenNothing();
  });

  it('is edited at once when the last call was five minutes ago', () => {
    given(open)
      .when(proceed({ incident: incident(2), waiting: [row(2)], now: T + 300_000 }))
      .then([started({ action: 'update', sequence: 2, startedAt: T + 300_000 })]);
  });

  it('is edited after five minutes otherwise, with the state of then', () => {
    const early = { incident: incident(2), waiting: [row(2)], now: T + 10_000 };
    given(open).when(proceed(early)).thenNothing();
    expect(plan(fold(evolve, initialLane, open), situation(early), rule).next).toEqual({
      action: 'update',
      due: T + 300_000,
      sequence: 2,
    });
    given(open)
      .when(proceed({ incident: incident(4), waiting: [row(2), row(3), row(4)], now: T + 300_000 }))
      .then([started({ action: 'update', sequence: 4, startedAt: T + 300_000 })]);
  });

  it('counts the five minutes from the last success', () => {
    const edited = [
      ...open,
      started({ action: 'update', sequence: 2 }),
      { type: 'Shown', receipt, at: T + 400_000 } as const,
    ];
    given(edited)
      .when(proceed({ incident: incident(3), waiting: [row(3)], now: T + 699_999 }))
      .thenNothing();
    given(edited)
      .when(proceed({ incident: incident(3), waiting: [row(3)], now: T + 700_000 }))
      .then([started({ action: 'update', sequence: 3, startedAt: T + 700_000 })]);
  });

  it('tells at once that the incident closed, and that it was reopened', () => {
    given(open)
      .when(proceed({ incident: incident(2, false), waiting: [row(2)], now: T + 1 }))
      .then([started({ action: 'transition', sequence: 2, open: false, startedAt: T + 1 })]);
    given(shown(2, false))
      .when(proceed({ incident: incident(3), waiting: [row(3)] }))
      .then([started({ action: 'transition', sequence: 3 })]);
  });

  it('never goes back: an event that it shows already is superseded', () => {
    const reason = 'the message shows a later state already';
    given(shown(2, false))
      .when(proceed({ incident: incident(2, false), waiting: [row(1)] }))
      .then([settled(1, 'superseded', { reason, attempts: 0 })]);
  });

  it('is tried again without doubt when an edit was not answered: editing twice is editing once', () => {
    const unanswered = [...open, started({ action: 'transition', sequence: 2, open: false })];
    const closed = { incident: incident(2, false), waiting: [row(2)] };
    given(unanswered)
      .when(finish(ambiguous, closed))
      .then([
        { type: 'Doubted', doubt: { sequence: 2, at: T, twice: false } },
        { type: 'Postponed', until: T + 1000 },
      ]);
    const again: LaneEvent[] = [
      ...unanswered,
      { type: 'Doubted', doubt: { sequence: 2, at: T, twice: false } },
      { type: 'Postponed', until: T + 1000 },
      started({ action: 'transition', sequence: 2, open: false }),
    ];
    given(again)
      .when(finish(delivered, closed))
      .then([settled(2, 'delivered', { receipt, attempts: 2 }), { type: 'Shown', receipt, at: T }]);
    given(again.slice(0, -1))
      .when(proceed({ ...closed, integration: 'deleted' }))
      .then([
        settled(2, 'ambiguous', {
          reason: 'a try may have taken effect; then: cancelled: the integration was deleted',
          attempts: 1,
        }),
        { type: 'Cleared' },
      ]);
  });

  it('is posted afresh when it cannot be edited any more, closed or not', () => {
    const closing = [...open, started({ action: 'transition', sequence: 2, open: false })];
    const closed = { incident: incident(2, false), waiting: [row(2)] };
    given(closing)
      .when(finish(gone, closed))
      .then([{ type: 'Lost' }]);
    given([...closing, { type: 'Lost' }])
      .when(proceed(closed))
      .then([started({ sequence: 2, open: false })]);
  });

  it('still hears of the close after the time of a page is over', () => {
    const day = { incident: incident(2, false), waiting: [row(2)], now: T + 100_000_000 };
    given(open)
      .when(proceed(day))
      .then([started({ action: 'transition', sequence: 2, open: false, startedAt: T + 100_000_000 })]);
  });
});

describe('a sink that gets each event', () => {
  const eachEvent = givenFor(
    laneDecider({ ...rule, coalescing: 'each-event', repeatable: { post: true, update: true } }),
  );
  const closed = { incident: incident(3, false), waiting: [row(1), row(2), row(3)] };

  it('gets the oldest first, also of an incident that is over', () => {
    eachEvent([])
      .when(proceed(closed))
      .then([started({ open: false })]);
    eachEvent([started()])
      .when(finish(delivered, closed))
      .then([settled(1, 'delivered', { receipt, attempts: 1 }), { type: 'Shown', receipt, at: T }]);
    eachEvent(shown(1))
      .when(proceed({ ...closed, waiting: closed.waiting.slice(1) }))
      .then([started({ sequence: 2, open: false })]);
  });

  it('may be told twice without doubt', () => {
    const doubt: LaneEvent = { type: 'Doubted', doubt: { sequence: 1, at: T, twice: false } };
    eachEvent([started(), doubt, { type: 'Postponed', until: T }, started()])
      .when(finish(delivered, closed))
      .then([settled(1, 'delivered', { receipt, attempts: 2 }), { type: 'Shown', receipt, at: T }]);
  });
});

describe('every lane', () => {
  const actions: readonly Action[] = ['post', 'transition', 'update'];

  it('begins no call twice, and none while one is under way', () => {
    for (const action of actions) {
      const lane: Lane = fold(evolve, initialLane, [started({ action })]);
      const events = laneDecider(rule).decide(proceed(), lane);
      expect(events.map(({ type }) => type)).not.toContain('Started');
    }
  });
});
