import { describe, expect, it } from '@jest/globals';
import { Assignment, Progress } from './assignment.js';
import { CheckpointOutsideLog } from './errors.js';

describe('the progress of a partition', () => {
  it.each([
    ['was fetched from there', 5, 5, 9, true],
    ['was fetched from there, behind a gap', 5, 7, 9, true],
    ['reaches over it', 2, 2, 9, true],
    ['ends before it', 0, 0, 4, false],
    ['begins behind it', 6, 6, 9, false],
  ])('goes on with a batch that %s: %#', (_, from, first, last, accepted) => {
    expect(new Progress(0, 5, 100).continues(from, first, last)).toBe(accepted);
  });

  it('passes a stretch without records only from where it stands', () => {
    const progress = new Progress(0, 5, 100);
    expect([progress.pass(6, 8), progress.pass(1, 4), progress.pass(undefined, 7)]).toEqual([false, false, false]);
    expect(progress.position).toBe(5);
    expect(progress.pass(4, 6)).toBe(true);
    expect(progress.position).toBe(7);
    expect(progress.pass(undefined, 7)).toBe(true);
    expect(progress.position).toBe(8);
  });
});

describe('an assignment', () => {
  const state = {
    topic: 't',
    topicId: 'id',
    partitions: [0, 1, 2].map((partition) => ({ partition, low: 10, high: 20 })),
  };

  it('begins at the checkpoints, and at the start of the log where there is none', () => {
    const assignment = new Assignment([0, 2]);
    expect(assignment.located).toBe(false);
    assignment.locate(state, new Map([[2, 20]]));
    expect(assignment.all().map(({ partition, position }) => [partition, position])).toEqual([
      [0, 10],
      [2, 20],
    ]);
    expect([assignment.located, assignment.topicId]).toEqual([true, 'id']);
  });

  it.each([9, 21])('does not begin at %i, outside the log', (checkpoint) => {
    expect(() => new Assignment([1]).locate(state, new Map([[1, checkpoint]]))).toThrow(CheckpointOutsideLog);
  });

  it('retires before it ends', () => {
    const assignment = new Assignment([0]);
    assignment.retire();
    expect([assignment.retired.aborted, assignment.signal.aborted]).toEqual([true, false]);
    assignment.end();
    expect(assignment.signal.aborted).toBe(true);
  });
});
