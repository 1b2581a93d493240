import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { tokenKinds } from './principal.js';
import { digestOf, makeToken, publicIdOf, tokenOf } from './token.js';

const random = fc.uint8Array({ minLength: 44, maxLength: 44 });
const kind = fc.constantFrom(...tokenKinds);

describe('a token', () => {
  it('names its row and proves itself, whatever the random bytes', () => {
    fc.assert(
      fc.property(kind, random, (of, bytes) => {
        const { token, publicId, digest } = makeToken(of, bytes);
        expect(token).toMatch(/^toc_[a-z]+_[0-9A-Za-z]{17}_[0-9A-Za-z]{47}$/);
        expect(publicIdOf(token)).toBe(publicId);
        expect(digest).toEqual(digestOf(token));
      }),
    );
  });

  it('is never the same twice', () => {
    const made = Array.from({ length: 1000 }, () => makeToken('source', randomBytes(44)));
    expect(new Set(made.map(({ token }) => token)).size).toBe(1000);
    expect(new Set(made.map(({ publicId }) => publicId)).size).toBe(1000);
  });

  it('shows a slip of the hand without a look-up', () => {
    fc.assert(
      fc.property(random, fc.nat(60), (bytes, place) => {
        const { token } = makeToken('user', bytes);
        const at = 9 + (place % (token.length - 9));
        const slipped = token.slice(0, at) + (token[at] === 'x' ? 'y' : 'x') + token.slice(at + 1);
        expect(publicIdOf(slipped) ?? null).toBeNull();
      }),
    );
  });

  it('of another form is looked up by its digest', () => {
    expect(publicIdOf('any-text-of-the-operator')).toBeUndefined();
  });
});

describe('an Authorization header', () => {
  const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
  it.each([
    ['Bearer abc', 'abc'],
    ['bEaReR abc', 'abc'],
    ['Token abc', 'abc'],
    [basic('anybody:abc'), 'abc'],
    [basic(':abc'), 'abc'],
    [basic('a:b:c'), 'b:c'],
    [basic('abc'), undefined],
    [basic('abc:'), undefined],
    ['Basic %%%', undefined],
    ['Bearer', undefined],
    ['Bearer ', undefined],
    ['Digest abc', undefined],
    ['abc', undefined],
    [`Bearer ${'x'.repeat(4000)}`, undefined],
    [undefined, undefined],
  ])('%s holds %s', (header, token) => expect(tokenOf(header)).toBe(token));
});
