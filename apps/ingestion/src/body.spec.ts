import { describe, expect, it } from '@jest/globals';
import { isOneObject, MAX_BATCH, MAX_LINES, MAX_SINGLE, parseJson, parseLines } from './body.js';
import { Refusal, Unreadable } from './source.js';

describe('parseJson', () => {
  it.each([
    ['', 'is empty'],
    ['{"a":', 'is not JSON'],
    ['{} {}', 'is not JSON'],
  ])('refuses %j', (text, reason) => {
    expect(parseJson(Buffer.from(text))).toMatchObject({ kind: 'type', reason: expect.stringContaining(reason) });
  });

  it('refuses what is not UTF-8', () => {
    expect(parseJson(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ reason: 'the body is not UTF-8' });
  });

  it('never repeats the body', () => {
    expect((parseJson(Buffer.from('{"password":hunter2}')) as Refusal).reason).not.toContain('hunter2');
  });

  it('refuses a large body that is nested deeply before it is parsed, and brackets inside texts are none', () => {
    const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`;
    expect(parseJson(Buffer.from(deep))).toMatchObject({ reason: expect.stringContaining('nested deeper') });
    const brackets = JSON.stringify(['\\"['.repeat(30_000)]);
    expect(parseJson(Buffer.from(brackets))).toEqual(JSON.parse(brackets));
  });

  it('refuses more than 5 MiB', () => {
    expect(parseJson(Buffer.alloc(MAX_BATCH + 1, ' '))).toMatchObject({ kind: 'size' });
  });
});

describe('parseLines', () => {
  it('reads a value a line, whatever ends the lines, and skips blank ones', () => {
    expect(parseLines(Buffer.from('{"a":1}\r\n\n \t\n2'))).toEqual([{ a: 1 }, 2]);
    expect(parseLines(Buffer.from(''))).toEqual([]);
  });

  it('tells a bad line from its neighbours', () => {
    expect(parseLines(Buffer.from('1\n{\n3\n'))).toEqual([1, expect.any(Unreadable), 3]);
  });

  it('tells a line that is too long from its neighbours', () => {
    const long = JSON.stringify('x'.repeat(MAX_SINGLE));
    expect(parseLines(Buffer.from(`${long}\n2`))).toEqual([expect.any(Unreadable), 2]);
  });

  it('refuses more than 1,000 lines, and more than 16 MiB', () => {
    expect(parseLines(Buffer.from('1\n'.repeat(1001)))).toMatchObject({ kind: 'size' });
    expect(parseLines(Buffer.alloc(MAX_LINES + 1, '\n'))).toBeInstanceOf(Refusal);
  });
});

describe('isOneObject', () => {
  it('looks at the first character that is no white space', () => {
    expect(isOneObject(Buffer.from(' \n{"a":1}'))).toBe(true);
    expect(isOneObject(Buffer.from('[{}]'))).toBe(false);
    expect(isOneObject(Buffer.from(''))).toBe(false);
  });
});
