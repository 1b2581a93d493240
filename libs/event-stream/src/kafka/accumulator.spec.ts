import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Accumulator, bytesOf, type Waiting } from './accumulator.js';
import { PublishCall } from './publish-call.js';

const waiting = (call: PublishCall, index: number, bytes: number): Waiting => ({
  topic: 't',
  key: 'k',
  value: 'v',
  headers: {},
  partition: 0,
  call,
  index,
  bytes,
});

describe('what waits for the next request', () => {
  it('is taken in order, within both bounds, one record at least', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 200 });
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 200 }),
        (weights, records, bytes) => {
          const accumulator = new Accumulator();
          const call = new PublishCall(weights.length, 0);
          weights.forEach((weight, index) => accumulator.add(waiting(call, index, weight)));
          const taken: number[] = [];
          while (accumulator.size > 0) {
            const batch = accumulator.take({ records, bytes });
            const weight = batch.reduce((sum, each) => sum + each.bytes, 0);
            expect(batch.length).toBeLessThanOrEqual(records);
            expect(batch.length === 1 || weight <= bytes).toBe(true);
            taken.push(...batch.map(({ index }) => index));
          }
          expect(taken).toEqual(weights.map((_, index) => index));
          expect(accumulator.bytes).toBe(0);
        },
      ),
    );
  });

  it('leaves out the records of calls that failed meanwhile', async () => {
    const accumulator = new Accumulator();
    const [lost, kept] = [new PublishCall(2, 0), new PublishCall(1, 0)];
    for (const each of [waiting(lost, 0, 10), waiting(kept, 0, 10), waiting(lost, 1, 10)]) accumulator.add(each);
    lost.fail(new Error('late'));
    await expect(lost.answer).rejects.toThrow('late');
    expect(accumulator.take({ records: 10, bytes: 100 }).map(({ call }) => call)).toEqual([kept]);
    expect([accumulator.size, accumulator.bytes]).toEqual([0, 0]);
  });

  it('says when a whole request waits', () => {
    const accumulator = new Accumulator();
    const call = new PublishCall(3, 0);
    accumulator.add(waiting(call, 0, 10));
    expect(accumulator.fills({ records: 2, bytes: 100 })).toBe(false);
    accumulator.add(waiting(call, 1, 10));
    expect(accumulator.fills({ records: 2, bytes: 100 })).toBe(true);
    expect(accumulator.fills({ records: 9, bytes: 20 })).toBe(true);
  });

  it('weighs text by its bytes', () => {
    const light = bytesOf({ topic: 't', key: 'k', value: 'a', headers: {} });
    expect(bytesOf({ topic: 't', key: 'k', value: '€', headers: {} })).toBe(light + 2);
    expect(bytesOf({ topic: 't', key: 'k', value: Buffer.alloc(5), headers: { ab: '€' } })).toBe(light + 4 + 2 + 3 + 2);
  });
});

describe('a call', () => {
  it('answers the positions in the order of its records when the last of them is acknowledged', async () => {
    const call = new PublishCall(2, 0);
    call.acknowledge(1, { topic: 't', partition: 0, offset: 6 });
    expect(call.settled).toBe(false);
    call.acknowledge(0, { topic: 't', partition: 0, offset: 5 });
    expect((await call.answer).map(({ offset }) => offset)).toEqual([5, 6]);
  });

  it('stays failed when an acknowledgement comes late', async () => {
    const call = new PublishCall(1, 0);
    call.fail(new Error('first'));
    call.fail(new Error('second'));
    call.acknowledge(0, { topic: 't', partition: 0, offset: 5 });
    await expect(call.answer).rejects.toThrow('first');
  });
});
