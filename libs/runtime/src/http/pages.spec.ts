import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CursorValue, decodeCursor, encodeCursor, pageOf } from './pages.js';

const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));

describe('a cursor', () => {
  it('gives back what went in', () => {
    fc.assert(
      fc.property(fc.array(value), (values: CursorValue[]) => {
        expect(decodeCursor(encodeCursor(values), values.length)).toEqual(values);
      }),
    );
  });

  it('refuses any other text with the field named', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          decodeCursor(text, 3);
        } catch (error) {
          expect(error).toMatchObject({ status: 400, details: { fields: { cursor: expect.any(String) } } });
        }
      }),
    );
    for (const text of ['', '!', 'e30', encodeCursor([1]), Buffer.from('[{}]').toString('base64url')]) {
      expect(() => decodeCursor(text, 2)).toThrow();
    }
  });
});

describe('a page', () => {
  it('ends with null', () => expect(pageOf([1])).toEqual({ items: [1], cursor: null }));
  it('goes on after the values of its last item', () => {
    expect(pageOf([1], ['a', 1])).toEqual({ items: [1], cursor: encodeCursor(['a', 1]) });
  });
});
