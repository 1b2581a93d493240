import { describe, expect, it } from '@jest/globals';
import { looksMasked, maskOf } from './mask.js';

describe('maskOf', () => {
  it.each([
    ['a', '********'],
    ['x'.repeat(19), '********'],
    ['0123456789abcdefWXYZ', '****************WXYZ'],
    ['0123456789'.repeat(10), '****************6789'],
  ])('shows %s as %s', (secret, mask) => {
    expect(maskOf(secret)).toBe(mask);
  });

  it('tells neither the length of a short secret nor that of a long one', () => {
    expect(maskOf('abc')).toHaveLength(maskOf('abcdefgh').length);
    expect(maskOf('x'.repeat(20))).toHaveLength(maskOf('x'.repeat(999)).length);
  });

  it('does not cut a character in two', () => {
    expect(maskOf(`${'x'.repeat(20)}😀😀😀😀`)).toBe('****************😀😀😀😀');
  });
});

describe('looksMasked', () => {
  it.each(['********', '****************WXYZ', '**********', maskOf('x'.repeat(50))])('knows %s', (text) => {
    expect(looksMasked(text)).toBe(true);
  });

  it.each(['', '***', 'xoxb-1234', '********abcdefghijkl-rest-of-a-secret', 'a********'])('lets %j pass', (text) => {
    expect(looksMasked(text)).toBe(false);
  });
});
