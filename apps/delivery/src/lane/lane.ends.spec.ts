import { describe, expect, it } from '@jest/globals';
import { fold } from '#libs/core';
import {
  ambiguous,
  delivered,
  finish,
  proceed,
  receipt,
  refused,
  row,
  rule,
  shown,
  situation,
  started,
  T,
} from './lane.given.js';
import { evolve, initialLane, type Lane, laneDecider, type LaneEvent, plan } from './lane.js';

const ENDS = T + 3_600_000;
const DAY = 86_400_000;
const ahead = { sequence: 1, open: true, ends: ENDS };
const over = { ...ahead, open: false };
const lane = (...events: LaneEvent[]): Lane => fold(evolve, initialLane, events);
const { decide } = laneDecider(rule);
const red = shown(1);

describe('an incident whose end lies ahead', () => {
  it('is looked at again when the end comes', () => {
    const next = { action: 'transition', due: ENDS, sequence: 1 };
    expect(plan(lane(...red), situation({ incident: ahead, waiting: [] }), rule)).toMatchObject({ settle: [], next });
    expect(decide(proceed({ incident: ahead, waiting: [] }), lane(...red))).toEqual([]);
  });

  it('turns green by then, though no event tells of it', () => {
    const at = { now: ENDS, incident: over, waiting: [] };
    const begun = started({ action: 'transition', open: false, startedAt: ENDS });
    expect(decide(proceed(at), lane(...red))).toEqual([begun]);
    expect(decide(finish(delivered, at), lane(...red, begun))).toEqual([{ type: 'Shown', receipt, at: ENDS }]);
    const green = lane(...red, begun, { type: 'Shown', receipt, at: ENDS });
    expect(plan(green, situation(at), rule)).not.toHaveProperty('next');
  });

  it('is updated before, where that is due before', () => {
    const waiting = [row(2)];
    const incident = { ...ahead, sequence: 2 };
    const { next } = plan(lane(...red), situation({ incident, waiting }), rule);
    expect(next).toMatchObject({ action: 'update', due: T + rule.updateInterval });
    const soon = { ...incident, ends: T + 1000 };
    expect(plan(lane(...red), situation({ incident: soon, waiting }), rule).next).toMatchObject({
      action: 'transition',
      due: T + 1000,
    });
  });

  it('is not posted when it is over before anything was sent', () => {
    const { settle, next } = plan(initialLane, situation({ now: ENDS, incident: over }), rule);
    expect([settle.map(({ state }) => state), next]).toEqual([['superseded'], undefined]);
  });

  const begun = started({ action: 'transition', open: false, startedAt: ENDS });
  it('is tried again after a call in doubt', () => {
    const at = { now: ENDS, incident: over, waiting: [] };
    const after = fold(evolve, lane(...red, begun), decide(finish(ambiguous, at), lane(...red, begun)));
    expect(plan(after, situation(at), rule).next).toMatchObject({ action: 'transition', due: after.notBefore });
  });

  it.each([
    ['refused', { now: ENDS, incident: over, waiting: [] }, refused],
    ['too long ago', { now: ENDS + 6 * DAY, incident: over, waiting: [] }, ambiguous],
  ])('is told no more once it was %s', (_what, at, outcome) => {
    let state = fold(evolve, lane(...red, begun), decide(finish(outcome, at), lane(...red, begun)));
    for (let n = 0; n < 2; n++) state = fold(evolve, state, decide(proceed(at), state));
    expect(plan(state, situation(at), rule)).toEqual({ settle: [], clear: false });
  });

  it('that is reopened, and then over by an event, is told of as ever', () => {
    const reopened = situation({ incident: { sequence: 2, open: true }, waiting: [row(2)] });
    expect(plan(lane(...red), reopened, rule).next).toMatchObject({ action: 'update' });
    const closed = situation({ incident: { sequence: 3, open: false }, waiting: [row(3)] });
    expect(plan(lane(...red), closed, rule).next).toMatchObject({ action: 'transition', due: T });
  });
});
