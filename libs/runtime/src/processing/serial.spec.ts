import { describe, expect, it } from '@jest/globals';
import { Serial } from './serial.js';

describe('Serial', () => {
  it('runs the work of one key in turn, others beside it', async () => {
    const serial = new Serial<string>();
    const seen: string[] = [];
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const first = serial.run('a', () => gate.then(() => void seen.push('a1')));
    const second = serial.run('a', () => Promise.resolve(void seen.push('a2')));
    await serial.run('b', () => Promise.resolve(void seen.push('b1')));
    expect(serial.busy('a')).toBe(true);
    release();
    await Promise.all([first, second]);
    expect(seen).toEqual(['b1', 'a1', 'a2']);
  });

  it('goes on after a failure, and forgets keys that are done', async () => {
    const serial = new Serial<number>();
    const failed = serial.run(1, () => Promise.reject(new Error('no')));
    const next = serial.run(1, () => Promise.resolve('yes'));
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('yes');
    await serial.run(2, () => Promise.resolve());
    expect(serial.busy(1)).toBe(false);
  });
});
