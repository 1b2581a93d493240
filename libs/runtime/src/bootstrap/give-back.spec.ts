import { describe, expect, it } from '@jest/globals';
import { until } from '#libs/testing';
import { giveBackMemoryOfStart } from './give-back.js';

describe('the memory of the start', () => {
  it('is given back at once, and once more when the process is quiet', async () => {
    let times = 0;
    giveBackMemoryOfStart(() => times++, 50);
    expect(times).toBe(1);
    const busyUntil = performance.now() + 300;
    await new Promise<void>((resolve) => {
      const work = (): void => {
        const slice = performance.now() + 5;
        while (performance.now() < slice);
        if (performance.now() < busyUntil) setImmediate(work);
        else resolve();
      };
      work();
    });
    expect(times).toBe(1);
    await until(() => times === 2);
  });
});
