import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  compareInstants,
  instantOfMicros,
  instantOfMillis,
  isZeroTime,
  laterOf,
  microsOf,
  millisOf,
  parseInstant,
} from './instant.js';

const FIRST = -62_135_596_800_000;
const LAST = 253_402_300_799_999;
const DAY = 86_400_000;
const millis = fc.integer({ min: FIRST, max: LAST });
const rest = fc.integer({ min: 0, max: 999 });
/** Canonical text by another way: the engine's own for milliseconds, and the three digits behind. */
const canonical = (at: number, micros: number): string => {
  const text = new Date(at).toISOString();
  return micros === 0 ? text : `${text.slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
};

describe('an instant', () => {
  it('gives back every microsecond of the years 1 to 9999', () => {
    fc.assert(
      fc.property(millis, rest, (at, micros) => {
        expect(parseInstant(canonical(at, micros))).toBe(canonical(at, micros));
        expect(millisOf(canonical(at, micros))).toBe(at);
      }),
    );
  });

  it('is a number of microseconds that is exact for our time', () => {
    const near = fc.integer({ min: Date.UTC(1685), max: Date.UTC(2254) });
    fc.assert(
      fc.property(near, rest, (at, micros) => {
        expect(microsOf(canonical(at, micros))).toBe(at * 1000 + micros);
        expect(instantOfMicros(at * 1000 + micros)).toBe(canonical(at, micros));
      }),
    );
  });

  it('is one text for one instant, whatever the offset it was given in', () => {
    const minutes = fc.integer({ min: -839, max: 839 });
    fc.assert(
      fc.property(fc.integer({ min: FIRST + DAY, max: LAST - DAY }), rest, minutes, (at, micros, offset) => {
        const wall = canonical(at + offset * 60_000, micros).slice(0, -1);
        const two = (part: number): string => String(Math.trunc(Math.abs(part))).padStart(2, '0');
        const zone = `${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`;
        expect(parseInstant(wall + zone)).toBe(canonical(at, micros));
      }),
    );
  });

  it.each([
    ['2026-11-20T09:38:13Z', '2026-11-20T09:38:13.000Z'],
    ['2026-11-20t09:38:13.5z', '2026-11-20T09:38:13.500Z'],
    ['2026-11-20 09:38:13.321455+00:00', '2026-11-20T09:38:13.321455Z'],
    ['2026-11-20T09:38:13.321455999Z', '2026-11-20T09:38:13.321455Z'],
    ['2026-11-20T09:38:13.321000Z', '2026-11-20T09:38:13.321Z'],
    ['2026-11-20T00:08:13.321+10:30', '2026-11-19T13:38:13.321Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'],
  ])('%s is %s', (text, canonical) => expect(parseInstant(text)).toBe(canonical));

  it.each([
    '',
    'now',
    '2026-11-20',
    '2026-11-20T09:38:13',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T09:60:00Z',
    '2026-11-20T09:38:60Z',
    '12026-11-20T09:38:13Z',
    '2026-11-20T09:38:13.Z',
    '2026-11-20T09:38:13.1234567890123Z',
    ' 2026-11-20T09:38:13Z',
    '9999-12-31T23:59:59-01:00',
    '0000-01-01T00:00:00.000Z',
    '0001-01-01T00:00:00+01:00',
  ])('"%s" is none', (text) => expect(parseInstant(text)).toBeUndefined());

  it('is compared by time, not by text', () => {
    fc.assert(
      fc.property(millis, rest, fc.integer({ min: -2, max: 2 }), rest, (at, micros, further, other) => {
        fc.pre(at + further >= FIRST && at + further <= LAST);
        const [a, b] = [canonical(at, micros), canonical(at + further, other)];
        const order = Math.sign(further * 1000 + other - micros);
        expect(Math.sign(compareInstants(b, a))).toBe(order);
        expect(laterOf(a, b)).toBe(order > 0 ? b : a);
      }),
    );
  });

  it('cuts to milliseconds downwards', () => {
    expect(millisOf('1969-12-31T23:59:59.999999Z')).toBe(-1);
    expect(instantOfMillis(millisOf('2026-11-20T09:38:13.321999Z'))).toBe('2026-11-20T09:38:13.321Z');
  });

  it("may be Go's zero time", () => {
    expect(isZeroTime('0001-01-01T00:00:00Z')).toBe(true);
    expect(isZeroTime('0001-01-01T00:00:00.000Z')).toBe(true);
    expect(isZeroTime('2026-11-20T09:38:13Z')).toBe(false);
  });
});
