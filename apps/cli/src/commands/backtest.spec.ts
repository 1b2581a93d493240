import { describe, expect, it } from '@jest/globals';
import { type Comparison, settingsOf, tableOf } from './backtest.js';

const span = { clusterId: 'c1', subject: 'n1', openedAt: '2026-11-20T09:00:00.000Z' };
const nothing: Comparison = {
  ...{ recorded: 2, tried: 2, same: 2, gained: [], lost: [], moved: [] },
  ...{ delaySeconds: 0, messages: 0 },
};

describe('tocsin backtest', () => {
  it('prints one line where nothing differs', () => {
    expect(tableOf(nothing)).toBe(
      '2 recorded, 2 tried: 2 the same, 0 gained, 0 lost, 0 moved; 0 messages; opens 0 s on average',
    );
  });

  it('prints a row for each issue that differs', () => {
    const closed = { ...span, closedAt: '2026-11-20T09:10:00.000Z' };
    const moved = { recorded: span, tried: closed, opensLater: 30, closesLater: -15 };
    const text = tableOf({ ...nothing, gained: [span], lost: [closed], moved: [moved], messages: -1 });
    expect(text.split('\n').map((line) => line.split(/ {2,}/))).toMatchObject([
      ['WHAT', 'CLUSTER', 'SUBJECT', 'OPENED', 'CLOSED', 'MOVED'],
      ['gained', 'c1', 'n1', span.openedAt, 'open'],
      ['lost', 'c1', 'n1', span.openedAt, closed.closedAt],
      ['moved', 'c1', 'n1', span.openedAt, closed.closedAt, 'opens +30 s, closes -15 s'],
      [expect.stringContaining('-1 messages')],
    ]);
  });

  it('reads settings', () => {
    expect(settingsOf(['percent=90', 'a=-1.5'])).toEqual({ percent: 90, a: -1.5 });
    expect(() => settingsOf(['percent'])).toThrow('--set percent: expected name=number');
  });
});
