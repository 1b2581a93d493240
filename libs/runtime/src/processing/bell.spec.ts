import { describe, expect, it } from '@jest/globals';
import { Bell } from './bell.js';

const HOUR = 3_600_000;

describe('Bell', () => {
  it('wakes who waits', async () => {
    const bell = new Bell();
    const waiting = bell.wait(HOUR);
    bell.ring();
    await waiting;
  });

  it('remembers one ring for the next who waits', async () => {
    const bell = new Bell();
    bell.ring();
    bell.ring();
    await bell.wait(HOUR);
    let woken = false;
    const second = bell.wait(HOUR).then(() => (woken = true));
    await Promise.resolve();
    expect(woken).toBe(false);
    bell.ring();
    await second;
  });

  it('gives up after its time', async () => {
    await new Bell().wait(1);
  });
});
