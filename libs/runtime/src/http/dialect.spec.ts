import { describe, expect, it } from '@jest/globals';
import { type Dialect, dialectOf } from './dialect.js';

const dialect: Dialect = {
  prefix: '/api',
  contentType: 'application/json',
  servedAt: (path) => `${path}/`,
  refusal: () => ({ body: {} }),
  options: () => ({}),
};

describe('the dialect of a path', () => {
  it.each(['/api', '/api/', '/api/v2/x'])('%s has it', (path) => expect(dialectOf(path, [dialect])).toBe(dialect));

  it.each(['/', '/apis', '/tocsin/api', '/API/x'])('%s has none', (path) =>
    expect(dialectOf(path, [dialect])).toBeUndefined(),
  );
});
