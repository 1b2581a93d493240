import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { faultOfJson } from './json-fault.js';

function nested(levels: number): unknown {
  return JSON.parse(`${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`) as unknown;
}

describe('faultOfJson', () => {
  it('finds nothing in what JSON.parse makes of well-formed JSON', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => faultOfJson(value, 'payload') === undefined));
  });

  it.each([
    [{ a: [{ b: 'nul \u0000' }] }, 'payload.a.0.b: expected a text without NUL characters'],
    [{ a: 'half \ud83d' }, 'payload.a: expected well-formed Unicode'],
    [{ a: 'x'.repeat(65_537) }, 'payload.a: expected at most 65536 characters'],
    [{ ['k'.repeat(1025)]: 1 }, 'payload: expected at most 1024 characters'],
    [{ constructor: { prototype: {} } }, 'payload.constructor: a name that is not allowed'],
    [JSON.parse('{"a":{"__proto__":1}}'), 'payload.a.__proto__: a name that is not allowed'],
    ['nul \u0000', 'payload: expected a text without NUL characters'],
  ])('names the place and the fault of %j', (value, fault) => {
    expect(faultOfJson(value, 'payload')).toBe(fault);
  });

  it('takes 32 levels and a text that is called constructor', () => {
    expect(faultOfJson(nested(32), 'payload')).toBeUndefined();
    expect(faultOfJson(nested(34), 'payload')).toMatch(/: nested deeper than 32 levels$/);
    expect(faultOfJson({ constructor: 'Ferrari' }, 'payload')).toBeUndefined();
  });
});
