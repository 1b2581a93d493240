import { describe, expect, it } from '@jest/globals';
import { cut, publicMessage } from './redact.js';

describe('publicMessage', () => {
  it.each([
    ['connect to postgres://tocsin:hunter2@db:5432/x failed', 'hunter2'],
    ['Slack said no to xoxb-1234-abcdefgh', 'abcdefgh'],
    ['Authorization: Bearer abcdefghijklmnop.qrst', 'abcdefghijklmnop'],
    ['{"token":"s3cr3tvalue","a":1}', 's3cr3tvalue'],
    ['password=hunter2;', 'hunter2'],
    ['POST https://hooks.slack.com/services/T0/B0/XyZ', 'XyZ'],
  ])('keeps the secret out of: %s', (message, secret) =>
    expect(publicMessage(new Error(message))).not.toContain(secret),
  );

  it('leaves a plain message as it is', () => {
    expect(publicMessage(new Error('incident 7 is closed already'))).toBe('incident 7 is closed already');
    expect(publicMessage('no error object')).toBe('no error object');
  });

  it('is one line of at most 1 KiB, cut between code points', () => {
    expect(publicMessage('a\n\tb\0c\u202ed')).not.toMatch(/[\n\t\0\u202e]/);
    const long = publicMessage('😀'.repeat(1000));
    expect(Buffer.byteLength(long)).toBe(1024);
    expect(long.isWellFormed()).toBe(true);
  });

  it('never quotes the rows of a database error', () => {
    const error = Object.assign(new Error('duplicate key value'), { detail: 'Key (token)=(xyz) exists' });
    expect(publicMessage(error)).toBe('duplicate key value');
  });
});

describe('cut', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc'],
    ['aä', 2, 'a'],
    ['a😀', 4, 'a'],
    ['ä', 0, ''],
  ])('%s to %i bytes is "%s"', (text, bytes, expected) => expect(cut(text, bytes)).toBe(expected));
});
