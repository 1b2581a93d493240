import { describe, expect, it } from '@jest/globals';
import { parseMasterKeys } from './master-keys.js';

const key = Buffer.alloc(32, 7);
const other = Buffer.alloc(32, 0xff);

describe('parseMasterKeys', () => {
  it('reads every key and seals with the first', () => {
    const { sealing, keys } = parseMasterKeys(`new:${other.toString('base64')}, old:${key.toString('base64url')}`);
    expect(sealing).toBe('new');
    expect([...keys.keys()]).toEqual(['new', 'old']);
    expect(keys.get('old')).toEqual(key);
    expect(keys.get('new')).toEqual(other);
  });

  it.each([
    ['nothing', '', 'TOCSIN_MASTER_KEYS: entry 1: no colon; expected keyId:base64 entries separated by commas'],
    ['no id', `:${key.toString('base64')}`, 'entry 1: the key id is not'],
    ['an id with a dot', `a.b:${key.toString('base64')}`, 'entry 1: the key id is not'],
    ['no key', 'k1:', 'entry 1: the key "k1" is not base64'],
    ['no base64', 'k1:not*base64', 'entry 1: the key "k1" is not base64'],
    ['a short key', `k1:${Buffer.alloc(31).toString('base64')}`, 'entry 1: the key "k1" has 31 bytes, not 32'],
    ['a long key', `k1:${Buffer.alloc(33).toString('base64')}`, 'entry 1: the key "k1" has 33 bytes, not 32'],
    ['a stray comma', `k1:${key.toString('base64')},`, 'entry 2: no colon'],
    ['an id twice', `k:${key.toString('base64')},k:${other.toString('base64')}`, 'entry 2: the key id "k" comes twice'],
  ])('refuses %s with one line that shows no key', (_, text, message) => {
    const read = (): unknown => parseMasterKeys(text);
    expect(read).toThrow(message);
    expect(read).not.toThrow(/\n/);
    expect(read).not.toThrow(key.toString('base64').slice(0, 8));
  });
});
