import { describe, expect, it } from '@jest/globals';
import { Recent } from './recent.js';

describe('recent values', () => {
  it('are looked up once in five seconds, by all who ask', async () => {
    const recent = new Recent<number>();
    let looks = 0;
    const look = () => Promise.resolve(++looks);
    expect(await Promise.all([recent.get('a', 0, look), recent.get('a', 1, look)])).toEqual([1, 1]);
    expect(await recent.get('a', 4_999, look)).toBe(1);
    expect(await recent.get('a', 5_000, look)).toBe(2);
    expect(await recent.get('b', 5_000, look)).toBe(3);
  });

  it('are asked for again when a look-up failed', async () => {
    const recent = new Recent<number>();
    await expect(recent.get('a', 0, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await recent.get('a', 0, () => Promise.resolve(1))).toBe(1);
  });

  it('are peeked at without a look-up, once they are there', async () => {
    const recent = new Recent<number>();
    const asked = recent.get('a', 0, () => Promise.resolve(1));
    expect(recent.peek('a', 0)).toBeUndefined();
    await asked;
    expect(recent.peek('a', 4_999)).toBe(1);
    expect(recent.peek('a', 5_000)).toBeUndefined();
    recent.put('b', 2, 0);
    expect(recent.peek('b', 1)).toBe(2);
    recent.forget('b');
    expect(recent.peek('b', 1)).toBeUndefined();
  });

  it('give way to newer ones', () => {
    const recent = new Recent<number>();
    for (let n = 0; n <= 10_000; n++) recent.put(String(n), n, 0);
    expect(recent.peek('0', 0)).toBeUndefined();
    expect(recent.peek('1', 0)).toBe(1);
  });
});
