import { describe, expect, it } from '@jest/globals';
import { isNaiveMax, isTimeZone, parseDatetime, printDatetime } from './datetime.js';

const OSLO = 'Europe/Oslo';

describe('a time in', () => {
  it.each([
    ['2020-12-11T15:50:42+01:00', '2020-12-11T14:50:42.000Z'],
    ['2020-12-11T15:50:42.123456+01:00', '2020-12-11T14:50:42.123456Z'],
    ['2020-12-11T15:50:42.1234569Z', '2020-12-11T15:50:42.123456Z'],
    ['2020-12-11T15:50:42,5Z', '2020-12-11T15:50:42.500Z'],
    ['2020-12-11 15:50:42Z', '2020-12-11T15:50:42.000Z'],
    ['2020-12-11 15:50:42 +0100', '2020-12-11T14:50:42.000Z'],
    ['2020-12-11T15:50+01', '2020-12-11T14:50:00.000Z'],
    ['20201211T155042Z', '2020-12-11T15:50:42.000Z'],
    ['20201211T1550-0330', '2020-12-11T19:20:00.000Z'],
    ['2020-W50-5T15:50:42Z', '2020-12-11T15:50:42.000Z'],
    ['2020W505T15Z', '2020-12-11T15:00:00.000Z'],
    ['2020-W53-7T00:00Z', '2021-01-03T00:00:00.000Z'],
    ['2020-12-11T15:50:42', '2020-12-11T14:50:42.000Z'],
    ['2020-07-11', '2020-07-10T22:00:00.000Z'],
    ['0001-01-02T00:00:00Z', '0001-01-02T00:00:00.000Z'],
  ])('%s is %s', (text, instant) => expect(parseDatetime(text, OSLO)).toBe(instant));

  it('without an offset is the first of an autumn hour, and later by an hour where spring has none', () => {
    expect(parseDatetime('2026-10-25T02:30:00.000001', OSLO)).toBe('2026-10-25T00:30:00.000001Z');
    expect(parseDatetime('2026-10-25T03:00:00', OSLO)).toBe('2026-10-25T02:00:00.000Z');
    expect(parseDatetime('2026-03-29T02:30:00', OSLO)).toBe('2026-03-29T01:30:00.000Z');
    expect(parseDatetime('2026-10-25T02:30:00', 'UTC')).toBe('2026-10-25T02:30:00.000Z');
  });

  it.each([
    '',
    'yesterday',
    'infinity',
    '1700000000',
    '2020-12-11T15:50:42z',
    '2020-12-11T24:00:00Z',
    '2020-12-11T15:60:00Z',
    '2020-02-30T00:00:00Z',
    '2021-W53-1',
    '2020-W00-1',
    '0000-01-01T00:00:00Z',
    '2020-12-11T15:50:42+24:00',
    '2020-12-11T15:50:42+01:00[Europe/Oslo]',
    ' 2020-12-11',
    '2020-12-11T',
    '2020-12-11T15:50:42.',
    `2020-12-11T15:50:42.${'1'.repeat(200)}Z`,
  ])('%j is none', (text) => expect(parseDatetime(text, OSLO)).toBe('format'));

  it.each([
    ['9999-12-31T23:59:59.999999+00:00', OSLO],
    ['9999-12-31T23:59:59-01:00', 'UTC'],
    ['0001-01-01T00:00:00', OSLO],
    ['0001-01-01T00:00:00+01:00', 'UTC'],
  ])('%s is out of range in %s', (text, zone) => expect(parseDatetime(text, zone)).toBe('range'));

  it('is the naive end of all time, and no other', () => {
    expect(isNaiveMax('9999-12-31T23:59:59.999999')).toBe(true);
    expect(isNaiveMax('9999-12-31 23:59:59.999999')).toBe(true);
    expect(isNaiveMax('9999-12-31T23:59:59.999999+00:00')).toBe(false);
    expect(isNaiveMax('9999-12-31T23:59:59')).toBe(false);
    expect(isNaiveMax('infinity')).toBe(false);
  });
});

describe('a time out', () => {
  it.each([
    ['2020-12-11T14:50:42.000Z', OSLO, '2020-12-11T15:50:42+01:00'],
    ['2020-12-11T14:50:42.123456Z', OSLO, '2020-12-11T15:50:42.123456+01:00'],
    ['2020-12-11T14:50:42.100Z', OSLO, '2020-12-11T15:50:42.100000+01:00'],
    ['2026-10-25T00:30:00.000Z', OSLO, '2026-10-25T02:30:00+02:00'],
    ['2026-10-25T01:30:00.000Z', OSLO, '2026-10-25T02:30:00+01:00'],
    ['2020-12-11T14:50:42.000Z', 'UTC', '2020-12-11T14:50:42Z'],
    ['2020-12-11T14:50:42.000001Z', 'UTC', '2020-12-11T14:50:42.000001Z'],
    ['2020-12-11T14:50:42.000Z', 'America/St_Johns', '2020-12-11T11:20:42-03:30'],
    ['1969-12-31T23:59:59.999999Z', OSLO, '1970-01-01T00:59:59.999999+01:00'],
    ['9999-12-31T23:59:59.999Z', OSLO, '9999-12-31T23:59:59.999000Z'],
    ['2026-12-11T14:50:42.000Z', 'Europe/London', '2026-12-11T14:50:42Z'],
  ])('%s in %s is %s', (instant, zone, text) => expect(printDatetime(instant, zone)).toBe(text));

  it.each(['UTC', OSLO, 'America/St_Johns', 'Pacific/Chatham'])('comes back in %s as it was', (zone) => {
    for (const instant of ['2026-10-25T00:59:59.999999Z', '1971-01-01T00:00:00.000001Z', '2026-07-01T12:00:00.120Z']) {
      expect(parseDatetime(printDatetime(instant, zone), zone)).toBe(instant);
    }
  });
});

describe('a time zone', () => {
  it('is a name of the tz database', () => {
    expect(['UTC', OSLO, 'Asia/Kathmandu'].map(isTimeZone)).toEqual([true, true, true]);
    expect(['', 'Oslo', '+01:00', 'Europe/Nowhere'].map(isTimeZone)).toEqual([false, false, false, false]);
  });
});
