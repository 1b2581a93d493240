import { describe, expect, it } from '@jest/globals';
import { instant, labels } from './fields.js';

const complaint = (schema: typeof instant | typeof labels, value: unknown): string | undefined =>
  schema.safeParse(value).error?.issues[0]?.message;

describe('a date-time field', () => {
  it('reads as the canonical instant', () => {
    expect(instant.parse('2026-11-20T10:38:13.321455+01:00')).toBe('2026-11-20T09:38:13.321455Z');
  });

  it.each(['yesterday', '', 'x'.repeat(100), 7, null])('refuses %j', (value) => {
    expect(complaint(instant, value)).toBeDefined();
  });
});

describe('labels', () => {
  it('are texts under names, up to 256', () => {
    const most = Object.fromEntries(Array.from({ length: 256 }, (_, i) => [`l${i}`, 'v']));
    expect(labels.parse(most)).toEqual(most);
    expect(complaint(labels, { ...most, more: 'v' })).toContain('256');
  });

  it.each([
    ['a list', ['a']],
    ['nothing', null],
    ['a text', 'a=b'],
    ['a number as value', { a: 1 }],
    ['an empty name', { '': 'a' }],
    ['a name too long', { ['n'.repeat(1025)]: 'a' }],
    ['a value too long', { a: 'v'.repeat(16_385) }],
  ])('refuse %s', (_, value) => expect(complaint(labels, value)).toBeDefined());
});
