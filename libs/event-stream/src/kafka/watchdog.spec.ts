import { describe, expect, it } from '@jest/globals';
import { Heartbeats } from './heartbeats.js';
import { Watchdog } from './watchdog.js';

describe('the watchdog', () => {
  it('counts the time since something moved', () => {
    const watchdog = new Watchdog(1_000, 0);
    for (const now of [1_000, 2_000, 3_000]) watchdog.look(now);
    expect(watchdog.silentMs).toBe(3_000);
    watchdog.feed();
    watchdog.look(4_000);
    expect(watchdog.silentMs).toBe(1_000);
  });

  it('does not take it for silence when the process stood still (F16)', () => {
    const watchdog = new Watchdog(1_000, 0);
    watchdog.look(60_000);
    expect(watchdog.silentMs).toBe(2_000);
  });
});

describe('heartbeats', () => {
  const failing = (type: string) => () => Promise.reject(Object.assign(new Error(type), { type }));

  it('stop with the first error, and say whether the group is only divided anew', async () => {
    const told: boolean[] = [];
    const heartbeats = new Heartbeats(1_000, (rebalancing) => told.push(rebalancing));
    heartbeats.enter(failing('REBALANCE_IN_PROGRESS'));
    await Promise.all([heartbeats.send(), heartbeats.send()]);
    await heartbeats.send();
    heartbeats.leave();
    expect([told, heartbeats.error?.message]).toEqual([[true], 'REBALANCE_IN_PROGRESS']);
    heartbeats.reset();
    heartbeats.enter(failing('UNKNOWN_MEMBER_ID'));
    await heartbeats.send();
    heartbeats.leave();
    expect(told).toEqual([true, false]);
  });
});
