import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
// @ts-expect-error -- a script without types
import { LEVELS, tally } from './test-levels.mjs';

describe('the levels of specs', () => {
  const levels = LEVELS as { name: string; pattern: string; needsServers: boolean }[];
  const levelsOf = (file: string): string[] =>
    levels.filter(({ pattern }) => new RegExp(pattern).test(file)).map(({ name }) => name);

  it.each([
    ['libs/core/src/ids.spec.ts', ['unit']],
    ['libs/event-stream/src/memory.contract-spec.ts', ['contract']],
    ['apps/incidents/src/incidents.app-spec.ts', ['app']],
    ['tools/system/one-signal.e2e-spec.ts', ['e2e']],
    ['tools/ground/servers.kill-spec.ts', ['kill']],
    ['libs/core/src/ids.ts', []],
  ])('%s belongs to %j', (file, expected) => {
    expect(levelsOf(file)).toEqual(expected);
  });

  it('need servers, all but the first', () => {
    expect(levels.map(({ needsServers }) => needsServers)).toEqual([false, true, true, true, true]);
  });
});

describe('counting what a level did', () => {
  let folder: string;
  let report: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tally-'));
    report = path.join(folder, 'report.json');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const written = (numbers: object): void => writeFileSync(report, JSON.stringify(numbers));

  it('sums tests, and files that could not be loaded', () => {
    written({ numPassedTests: 7, numFailedTests: 2, numRuntimeErrorTestSuites: 1 });
    expect(tally(report, 1)).toEqual({ passed: 7, failed: 3 });
  });

  it('counts a crash as a failure', () => {
    expect(tally(report, 0)).toEqual({ passed: 0, failed: 1 });
    written({ numPassedTests: 7, numFailedTests: 0, numRuntimeErrorTestSuites: 0 });
    expect(tally(report, 134)).toEqual({ passed: 7, failed: 1 });
  });
});
