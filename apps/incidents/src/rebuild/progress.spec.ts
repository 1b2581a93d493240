import { describe, expect, it } from '@jest/globals';
import { type Comparison } from './differences.js';
import { type Generations } from './generation.js';
import { positionOf, progressOf } from './progress.js';

const topic = {
  topic: 'events-stream',
  topicId: 't1',
  partitions: [
    { partition: 0, low: 10, high: 30 },
    { partition: 1, low: 0, high: 5 },
    { partition: 2, low: 7, high: 7 },
  ],
};
const row = (partition: number, nextOffset: number, topicId = 't1') => ({
  partition,
  nextOffset,
  topicId,
  updatedAt: '',
});
const generations: Generations = {
  name: 'incidents',
  version: 1,
  active: 1,
  building: 2,
  buildingVersion: 1,
  buildingSince: '2026-11-20T09:00:00.000Z',
  switching: false,
  switchedAt: null,
  previous: null,
  previousVersion: null,
  mode: 'checked',
  held: false,
  last: 2,
};
const comparison: Comparison = {
  live: 1,
  liveVersion: 1,
  built: 2,
  builtVersion: 1,
  since: '2026-11-20T09:00:05.000Z',
  total: 90,
  compared: 100,
  differing: 3,
  finishedAt: null,
};

describe('the position of a generation', () => {
  it('counts what is on the log', () =>
    expect(positionOf([row(0, 25), row(1, 5)], topic)).toEqual({ done: 20, total: 25 }));
  it('begins at the oldest record', () => expect(positionOf([], topic)).toEqual({ done: 0, total: 25 }));
  it('stays within the log', () => expect(positionOf([row(0, 3), row(1, 9)], topic)).toEqual({ done: 5, total: 25 }));
  it('ignores checkpoints of another topic of that name', () =>
    expect(positionOf([row(0, 25, 't0')], topic)).toEqual({ done: 0, total: 25 }));
  it('is unknown while no broker answers', () => expect(positionOf([row(0, 25)], undefined)).toBeUndefined());
});

describe('progress', () => {
  const now = '2026-11-20T09:00:10.000Z';
  it('tells rate and time left', () =>
    expect(progressOf(generations, { done: 500, total: 2000 }, undefined, now)).toEqual({
      name: 'incidents',
      state: 'building',
      generation: 2,
      done: 500,
      total: 2000,
      rate: 50,
      secondsLeft: 30,
      compared: null,
      comparable: null,
      differences: null,
      held: false,
    }));
  it('tells how much was compared, and what differs', () =>
    expect(progressOf(generations, { done: 5, total: 5 }, comparison, now)).toMatchObject({
      compared: 90,
      comparable: 90,
      differences: 3,
    }));
  it('does not tell of an earlier comparison while it builds', () =>
    expect(progressOf(generations, undefined, { ...comparison, built: 1, live: 0 }, now).compared).toBeNull());
  it('is live again when what was built is held', () =>
    expect(progressOf({ ...generations, held: true }, { done: 5, total: 5 }, comparison, now)).toMatchObject({
      state: 'live',
      held: true,
      differences: 3,
    }));
  it('does not guess', () =>
    expect(progressOf(generations, { done: 0, total: 2000 }, undefined, now).secondsLeft).toBeNull());
  it('ends live', () => {
    const live = { ...generations, active: 2, building: null, buildingSince: null };
    expect(progressOf(live, { done: 7, total: 7 }, undefined, now)).toMatchObject({
      state: 'live',
      generation: 2,
      rate: 0,
      secondsLeft: 0,
    });
    expect(progressOf({ ...generations, switching: true }, undefined, undefined, now)).toMatchObject({
      state: 'switching',
    });
  });
});
