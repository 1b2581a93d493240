import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CountingIds, derivedId, isUuid, RandomIds } from './ids.js';

const part = fc.oneof(fc.string(), fc.integer());

describe('derivedId', () => {
  it('is one id for the same parts, a UUID of version 8', () => {
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const id = derivedId(...parts);
        expect(derivedId(...parts)).toBe(id);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      }),
    );
  });

  it('is another id for other parts, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (a, b) => {
        expect(derivedId(...a) === derivedId(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
    expect(derivedId('ab', 'c')).not.toBe(derivedId('a', 'bc'));
    expect(derivedId('a:1')).not.toBe(derivedId('a', '1'));
  });

  it('never changes: ids that lie on logs were made by it', () => {
    expect(derivedId('events-stream', 3, 42)).toBe('f38c0c3b-2f50-8303-bd8b-fa711b83ea00');
    expect(derivedId()).toBe('e3b0c442-98fc-8c14-9afb-f4c8996fb924');
  });
});

describe('ids', () => {
  it('sort by the time they were made', () => {
    const ids = new RandomIds();
    const made = Array.from({ length: 1000 }, () => ids.next());
    expect([...made].sort()).toEqual(made);
    expect(made.every(isUuid)).toBe(true);
  });

  it('count in specs', () => {
    const ids = new CountingIds();
    expect([ids.next(), ids.next()]).toEqual([
      '00000000-0000-7000-8000-000000000001',
      '00000000-0000-7000-8000-000000000002',
    ]);
  });

  it.each(['', 'x', '00000000-0000-7000-8000-00000000000', '00000000000070008000000000000001', "' or 1=1"])(
    '"%s" is no UUID',
    (text) => expect(isUuid(text)).toBe(false),
  );
});
