import { describe, expect, it } from '@jest/globals';
import { chunked, copyRow } from './copy.js';

describe('copyRow', () => {
  it('writes values in text format', () => {
    expect(copyRow(['a', 1, 2n, true, false, null, undefined, Buffer.from([0, 255])])).toBe(
      'a\t1\t2\tt\tf\t\\N\t\\N\t\\\\x00ff\n',
    );
  });

  it('escapes what has a meaning in the format', () => {
    expect(copyRow(['a\tb\nc\rd\\e', '\\.', '\\N'])).toBe('a\\tb\\nc\\rd\\\\e\t\\\\.\t\\\\N\n');
  });

  it('keeps an empty text apart from null', () => {
    expect(copyRow(['', null])).toBe('\t\\N\n');
  });

  it('refuses NUL', () => {
    expect(() => copyRow(['a\0b'])).toThrow(RangeError);
  });
});

describe('chunked', () => {
  it('joins rows to pieces and loses nothing', () => {
    const rows = Array.from({ length: 5000 }, (_, i) => `row ${i} äöü\n`);
    const pieces = [...chunked(rows)];
    expect(pieces.length).toBeLessThan(5);
    expect(Buffer.concat(pieces).toString()).toBe(rows.join(''));
  });

  it('passes buffers in their place', () => {
    expect(Buffer.concat([...chunked(['a', Buffer.from('b'), 'c'])]).toString()).toBe('abc');
    expect([...chunked([])]).toEqual([]);
  });
});
