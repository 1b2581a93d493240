import { describe, expect, it } from '@jest/globals';
import { CommitUnknown, isTransient } from './transient.js';

const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code });

describe('isTransient', () => {
  it.each(['08006', '08P01', '28P01', '40001', '40P01', '53100', '53300', '57P01', '57P03', '58030'])(
    'takes SQLSTATE %s for trouble that passes',
    (code) => expect(isTransient(coded(code))).toBe(true),
  );

  it.each(['3D000', '25006', '25P03', '42P01', '42703', '55P03', '57014'])('takes %s for trouble that passes', (code) =>
    expect(isTransient(coded(code))).toBe(true),
  );

  it.each(['22P02', '22021', '23505', '23503', '25P02', 'P0001'])('takes %s for a fault of the record', (code) =>
    expect(isTransient(coded(code))).toBe(false),
  );

  it.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND'])(
    'takes the socket error %s as passing',
    (code) => expect(isTransient(coded(code))).toBe(true),
  );

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Query read timeout',
    'Cannot use a pool after calling end on the pool',
  ])('takes the driver error "%s" as passing', (message) => expect(isTransient(new Error(message))).toBe(true));

  it('looks at causes and at errors of several addresses', () => {
    expect(isTransient(new Error('no luck', { cause: coded('ECONNREFUSED') }))).toBe(true);
    expect(isTransient(new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]))).toBe(true);
    expect(isTransient(new AggregateError([coded('ECONNREFUSED'), new TypeError('x')]))).toBe(false);
    expect(isTransient(new AggregateError([]))).toBe(false);
  });

  it('takes an unknown outcome as passing, and what is no error as a fault', () => {
    expect(isTransient(new CommitUnknown('lost'))).toBe(true);
    expect(isTransient(new TypeError('undefined is not a function'))).toBe(false);
    expect(isTransient('ECONNREFUSED')).toBe(false);
    expect(isTransient(coded('ENOENT'))).toBe(false);
  });
});
