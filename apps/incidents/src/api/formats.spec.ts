import { describe, expect, it } from '@jest/globals';
import { Problem } from '#libs/runtime';
import { formatOf } from './formats.js';

describe('the format of an answer', () => {
  it.each([
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['text/csv', 'csv'],
    ['TEXT/HTML', 'html'],
    ['text/*', 'csv'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'html'],
    ['application/json;q=0.5, text/csv;q=0.9', 'csv'],
    ['text/csv;q=0, */*', 'json'],
    ['application/json;q=0, text/*;q=0.1', 'csv'],
  ])('for %j is %s', (accept, format) => expect(formatOf(accept)).toBe(format));

  it.each(['image/png', 'application/json;q=0', 'nonsense'])('does not exist for %j', (accept) =>
    expect(() => formatOf(accept)).toThrow(Problem),
  );
});
