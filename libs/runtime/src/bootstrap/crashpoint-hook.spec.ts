import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { crashpointHook } from './crashpoint-hook.js';

describe('a crash point', () => {
  const deathsOf = (specification: string, passes: readonly string[], service = 'incidents'): number => {
    let deaths = 0;
    const hook = crashpointHook(specification, service, () => deaths++);
    passes.forEach(hook);
    return deaths;
  };

  it.each([
    ['a.b', ['a.b'], 1],
    ['a.b', ['a.c'], 0],
    ['a.b:3', ['a.b', 'a.b'], 0],
    ['a.b:3', ['a.b', 'a.b', 'a.b', 'a.b'], 1],
    ['incidents@a.b', ['a.b'], 1],
    ['delivery@a.b', ['a.b'], 0],
    ['a.b:2,c.d', ['a.b', 'c.d'], 1],
  ])('%s passed as %j ends the process %d times', (specification, passes, deaths) => {
    expect(deathsOf(specification, passes)).toBe(deaths);
  });

  it('with a marker ends one process only', () => {
    const folder = mkdtempSync(join(tmpdir(), 'crash-'));
    const marker = join(folder, 'struck');
    expect(deathsOf(`a.b=${marker}`, ['a.b'])).toBe(1);
    expect(existsSync(marker)).toBe(true);
    expect(deathsOf(`a.b=${marker}`, ['a.b'])).toBe(0);
    rmSync(folder, { recursive: true });
  });
});
