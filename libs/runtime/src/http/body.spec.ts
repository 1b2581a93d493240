import { describe, expect, it } from '@jest/globals';
import { MAX_DEPTH, MAX_STRING, parseJsonBody } from './body.js';

const parse = (text: string): unknown => parseJsonBody(Buffer.from(text));
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('a JSON body', () => {
  it.each(['{"a":[1,"ü",null]}', '[]', '"text"', '12', '{"a":"\\u0041"}'])('%s', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it('may be absent', () => expect(parse('')).toBeUndefined());

  it('may be nested 32 deep, and brackets in texts do not count', () => {
    expect(() => parse(nested(MAX_DEPTH))).not.toThrow();
    expect(() => parse(JSON.stringify({ a: '['.repeat(500), b: '\\"[{' }))).not.toThrow();
  });

  it.each([
    ['deeper', nested(MAX_DEPTH + 1), 'nested deeper than 32'],
    ['much deeper, unfinished', '{"a":'.repeat(100_000), 'nested deeper than 32'],
    ['a text too long', JSON.stringify('x'.repeat(MAX_STRING + 1)), 'a text longer than'],
    ['cut short', '{"a":', 'not JSON'],
    ['two values', '{}{}', 'not JSON'],
    ['NaN', '{"a":NaN}', 'not JSON'],
  ])('refuses %s', (_, text, message) => expect(() => parse(text)).toThrow(message));

  it('refuses what is not UTF-8', () => {
    expect(() => parseJsonBody(Buffer.from([0x22, 0xff, 0x22]))).toThrow('not UTF-8');
  });

  it('does not repeat the body in what it says', () => {
    expect(() => parse('{"password":"hunter2",}')).toThrow(/^(?!.*hunter2)/);
  });

  it.each(['{"__proto__":{"a":1}}', '{"a":[{"constructor":{}}]}', '{"\\u005f_proto__":1}', '{"c\\u006fnstructor":1}'])(
    'refuses names that reach the prototype: %s',
    (text) => expect(() => parse(text)).toThrow('Invalid request'),
  );

  it('takes the two words as values', () => {
    expect(parse('{"name":"__proto__","kind":"constructor"}')).toEqual({ name: '__proto__', kind: 'constructor' });
  });
});
