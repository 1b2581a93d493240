import { describe, expect, it } from '@jest/globals';
import { emptyCell } from './cell.js';
import { CellCache } from './cell-cache.js';

const stored = { name: { organizationId: 'o', clusterId: 'c', nodeId: 'n' }, version: 1, cell: emptyCell };

describe('cells in memory', () => {
  it('are forgotten, the longest unused first, when they take too much', () => {
    const cache = new CellCache(100);
    for (const key of ['a', 'b', 'c']) cache.put(key, stored, 30);
    cache.put('a', stored, 30);
    cache.put('d', stored, 30);
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key) !== undefined)).toEqual([true, false, true, true]);
    cache.put('e', stored, 101);
    expect(cache.count).toBe(0);
  });
});
