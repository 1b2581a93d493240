import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LogFile, logPath } from './log-file.js';

describe('a log file', () => {
  let home: string;
  let file: string;

  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'logs-'));
    file = logPath(home, 'ingestion');
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
  });

  const read = (suffix = ''): string => readFileSync(file + suffix, 'utf8');

  it('is in the home, for its owner alone', () => {
    new LogFile(file).close();
    expect(file).toBe(path.join(home, 'logs', 'ingestion.log'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('goes on where an earlier start ended', () => {
    for (const line of ['one', 'two']) {
      const log = new LogFile(file);
      log.line(line);
      log.close();
    }
    expect(read()).toBe('one\ntwo\n');
  });

  it('is set aside when it is full, and only so many are kept', () => {
    const log = new LogFile(file, { maxBytes: 10, keep: 2 });
    for (const line of ['1111', '2222', '3333', '4444', '5555', '6666', '7777']) log.line(line);
    log.close();
    expect(read()).toBe('7777\n');
    expect(read('.1')).toBe('5555\n6666\n');
    expect(read('.2')).toBe('3333\n4444\n');
    expect(readdirSync(path.dirname(file))).toHaveLength(3);
  });

  it('takes a line longer than a whole log', () => {
    const log = new LogFile(file, { maxBytes: 4, keep: 1 });
    log.line('long enough');
    log.line('b');
    log.close();
    expect(read()).toBe('b\n');
    expect(read('.1')).toBe('long enough\n');
  });
});
