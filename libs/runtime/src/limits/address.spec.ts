import { describe, expect, it } from '@jest/globals';
import { addressOf } from './address.js';

describe('the address of a request', () => {
  it.each([
    ['192.0.2.7', undefined, '192.0.2.7'],
    ['::ffff:192.0.2.7', undefined, '192.0.2.7'],
    ['192.0.2.7', '198.51.100.1', '192.0.2.7'],
    ['127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::ffff:127.0.0.1', '203.0.113.9, 198.51.100.1', '198.51.100.1'],
    ['::1', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::9', undefined, '2001:db8:0:0::/64'],
    ['2001:db8:1:2::9', undefined, '2001:db8:1:2::/64'],
    ['fe80::1:2:3:4', undefined, 'fe80:0:0:0::/64'],
    ['::1', undefined, '0:0:0:0::/64'],
    ['1::3:4:5:6:7:8', undefined, '1:0:3:4::/64'],
  ])('%s, forwarded for %s: %s', (ip, forwarded, address) => {
    expect(addressOf({ ip, headers: { 'x-forwarded-for': forwarded } })).toBe(address);
  });

  it('stays short, whatever a header says', () => {
    expect(addressOf({ ip: '127.0.0.1', headers: { 'x-forwarded-for': 'x'.repeat(9_000) } })).toHaveLength(45);
  });
});
