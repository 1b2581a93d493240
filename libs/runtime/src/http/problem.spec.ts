import { describe, expect, it } from '@jest/globals';
import { BadRequestException, NotFoundException } from '@nestjs/common';
import { problem, problemDocument, problemHeaders, ServiceUnavailable } from './problem.js';
import { isUnexpected, pathOf, problemOf } from './problem-reply.js';

describe('a problem document', () => {
  it('has the members of RFC 9457 and the fields', () => {
    const document = problemDocument(problem(400, 'Invalid request', { detail: 'd', fields: { a: 'b' } }), '/x');
    expect(document).toEqual({
      type: 'about:blank',
      title: 'Invalid request',
      status: 400,
      detail: 'd',
      instance: '/x',
      fields: { a: 'b' },
    });
  });

  it('says when to come back, in whole seconds', () => {
    expect(problemHeaders(new ServiceUnavailable('busy', 0.2))).toMatchObject({ 'retry-after': '1' });
    expect(problemHeaders(problem(429, 'Slow down', { retryAfter: 2.1 }))).toMatchObject({ 'retry-after': '3' });
  });

  it('names the path without the query, which may hold what nobody should see', () => {
    expect(pathOf('/a/b?token=x')).toBe('/a/b');
  });
});

describe('an error', () => {
  it.each([
    [new NotFoundException(), 404, 'Not found', undefined],
    [new BadRequestException('a is wrong'), 400, 'Bad request', 'a is wrong'],
    [
      Object.assign(new Error('FST'), { statusCode: 413, code: 'FST_ERR_CTP_BODY_TOO_LARGE' }),
      413,
      'Body too large',
      undefined,
    ],
    [Object.assign(new Error('x'), { statusCode: 400 }), 400, 'Bad request', undefined],
    [Object.assign(new Error('x'), { statusCode: 502 }), 500, 'Internal error', undefined],
    [new Error('password is hunter2'), 500, 'Internal error', undefined],
    ['a string', 500, 'Internal error', undefined],
    [null, 500, 'Internal error', undefined],
  ])('%s becomes %d', (error, status, title, detail) => {
    const found = problemOf(error);
    expect([found.status, found.title, found.details.detail]).toEqual([status, title, detail]);
  });

  it('is unexpected only when nobody meant it', () => {
    expect(isUnexpected(new Error('x'))).toBe(true);
    expect(isUnexpected(problem(500, 'Broken'))).toBe(false);
    expect(isUnexpected(new NotFoundException())).toBe(false);
  });
});
