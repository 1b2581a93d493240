import { describe, expect, it } from '@jest/globals';
import { lockClass } from './locks.js';
import { SHARDS, shardOf } from './shard.js';

describe('shardOf', () => {
  it('never changes: rows carry it', () => {
    expect(['', 'a', 'org/alert/x', 'äöü'].map(shardOf)).toMatchInlineSnapshot(`
     [
       9,
       4,
       4,
       8,
     ]
    `);
  });

  it('stays within the shards', () => {
    const shards = new Set(Array.from({ length: 500 }, (_, i) => shardOf(`key-${i}`)));
    expect([...shards].sort((a, b) => a - b)).toEqual(Array.from({ length: SHARDS }, (_, i) => i));
  });
});

describe('lockClass', () => {
  it('differs by purpose and schema', () => {
    const all = (['migrate', 'outbox-write', 'outbox-relay'] as const).flatMap((purpose) =>
      ['access', 'incidents', 'delivery'].map((schema) => lockClass(purpose, schema)),
    );
    expect(new Set(all).size).toBe(all.length);
  });
});
