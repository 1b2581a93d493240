import { describe, expect, it } from '@jest/globals';
import { Output, printable, table } from './output.js';

describe('output', () => {
  it('pads columns to their widest cell', () => {
    expect(
      table(
        ['PK', 'STATUS'],
        [
          ['1', 'open'],
          ['1000', 'closed'],
        ],
      ),
    ).toBe('PK    STATUS\n1     open\n1000  closed');
  });

  it('shows control characters of data instead of obeying them', () => {
    expect(printable('a\u001b[31mb\nc')).toBe('a\\x1b[31mb\\x0ac');
  });

  it('is one JSON text a line with --json', () => {
    const written: string[] = [];
    new Output(true, (text) => written.push(text)).show({ a: 1 }, () => 'never');
    expect(written).toEqual(['{"a":1}\n']);
  });
});
