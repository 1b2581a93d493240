import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { integrationIdOf, isIntegrationId } from './integration-id.js';

describe('integrationIdOf', () => {
  it('has the form of the vendor: 4d 88 e1 5b 60 f4 86 e4 28 41 2d c9 is 9m4e2mr0ui3e8a215n4g', () => {
    const id = integrationIdOf(0x4d88e15b * 1000, Buffer.from('60f486e428412dc9', 'hex'));
    expect(id).toBe('9m4e2mr0ui3e8a215n4g');
  });

  it('sorts by time, and is never the same twice', () => {
    const ids = Array.from({ length: 1000 }, (_, n) => integrationIdOf(1_700_000_000_000 + n * 1000, randomBytes(8)));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(1000);
    expect(ids.every(isIntegrationId)).toBe(true);
  });

  it.each(['', 'c38qlqlo0aeuocce9mi', 'C38QLQLO0AEUOCCE9MI0', 'c38qlqlo0aeuocce9miw', '../../../../../etc/pa'])(
    'is not %j',
    (text) => {
      expect(isIntegrationId(text)).toBe(false);
    },
  );
});
