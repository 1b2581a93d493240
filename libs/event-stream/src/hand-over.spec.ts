import { describe, expect, it } from '@jest/globals';
import { Assignment, Progress } from './assignment.js';
import { FatalStreamError } from './errors.js';
import { handOver, type HandOver } from './hand-over.js';
import { parts } from './parts.js';
import { type StreamRecord } from './records.js';

class Poison extends FatalStreamError {}

const batch = { topic: 't', topicId: 'id', partition: 0, records: [], nextOffset: 3, highWatermark: 3 };
const given = (handle: HandOver['handler']['handle']): HandOver & { log: string[] } => {
  const log: string[] = [];
  return {
    log,
    handler: { resumeFrom: () => Promise.resolve(new Map()), handle },
    moved: () => log.push('moved'),
    fail: (error) => log.push(`failed: ${error.message}`),
    troubled: (_, error, tries) => log.push(`trouble ${tries}: ${(error as Error).message}`),
  };
};
const over = (to: HandOver, assignment = new Assignment([0]), progress = new Progress(0, 0, 3)) =>
  handOver(to, assignment, progress, batch, () => Promise.resolve());

describe('handing a batch over', () => {
  it('moves the position when the handler took it, not before', async () => {
    const progress = new Progress(0, 0, 3);
    const to = given(() => {
      expect([progress.position, progress.busy]).toEqual([0, true]);
      return Promise.resolve(3);
    });
    expect(await over(to, new Assignment([0]), progress)).toBe(3);
    expect([progress.position, progress.busy, to.log]).toEqual([3, false, ['moved']]);
  });

  it('tries again after passing trouble', async () => {
    let failures = 1;
    const to = given(() => (failures-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve(3)));
    expect(await over(to)).toBe(3);
    expect(to.log).toEqual(['trouble 0: away', 'moved']);
  });

  it('ends the subscription when the handler says so', async () => {
    const to = given(() => Promise.reject(new Poison('all of it')));
    expect(await over(to)).toBeUndefined();
    expect(to.log).toEqual(['failed: all of it']);
  });

  it('begins nothing, and tries nothing again, once the assignment retired', async () => {
    const assignment = new Assignment([0]);
    const to = given(() => {
      assignment.retire();
      return Promise.reject(new Error('away'));
    });
    expect(await over(to, assignment)).toBeUndefined();
    expect(await over(to, assignment)).toBeUndefined();
    expect(to.log).toEqual([]);
  });
});

describe('parts of a batch', () => {
  const record = (offset: number, bytes: number): StreamRecord => ({
    topic: 't',
    partition: 0,
    offset,
    timestamp: 0,
    key: null,
    value: Buffer.alloc(bytes),
    headers: {},
  });

  it('end where the next one begins, the last one where the batch does', () => {
    const records = [record(4, 1), record(7, 1), record(8, 1)];
    const cut = [...parts(records, 12, { maxRecords: 2, maxBytes: 1_000 })];
    expect(cut.map(([part, end]) => [part.map(({ offset }) => offset), end])).toEqual([
      [[4, 7], 8],
      [[8], 12],
    ]);
  });

  it('hold one record at least, however large', () => {
    const cut = [...parts([record(0, 500), record(1, 500)], 2, { maxRecords: 9, maxBytes: 10 })];
    expect(cut.map(([, end]) => end)).toEqual([1, 2]);
  });

  it('are one where there are no records: the log goes on behind them', () => {
    expect([...parts([], 5, { maxRecords: 9, maxBytes: 10 })]).toEqual([[[], 5]]);
  });
});
