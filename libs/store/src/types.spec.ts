import { describe, expect, it } from '@jest/globals';
import { instantOfRow, rowTypes } from './types.js';

describe('instantOfRow', () => {
  it.each([
    ['2026-11-20 09:38:13+00', '2026-11-20T09:38:13.000Z'],
    ['2026-11-20 09:38:13.3+00', '2026-11-20T09:38:13.300Z'],
    ['2026-11-20 09:38:13.321455+00', '2026-11-20T09:38:13.321455Z'],
    ['2026-11-20 09:38:13.32145+00', '2026-11-20T09:38:13.321450Z'],
    ['infinity', 'infinity'],
    ['0001-01-01 00:00:00+00 BC', '0001-01-01 00:00:00+00 BC'],
  ])('%s becomes %s', (text, instant) => expect(instantOfRow(text)).toBe(instant));
});

describe('rowTypes', () => {
  it('reads bigint as a number, and refuses one that would not be exact', () => {
    const bigint = rowTypes.getTypeParser(20);
    expect(bigint('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => bigint('9007199254740993')).toThrow(RangeError);
  });

  it('leaves other types to the driver', () => {
    expect(rowTypes.getTypeParser(16)('t')).toBe(true);
    expect(rowTypes.getTypeParser(3802)('{"a":1}')).toEqual({ a: 1 });
  });
});
