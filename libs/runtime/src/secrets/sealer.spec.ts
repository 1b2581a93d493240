import { describe, expect, it } from '@jest/globals';
import { SealError, Sealer } from './sealer.js';

const key = (fill: number): string => Buffer.alloc(32, fill).toString('base64');
const place = { organizationId: 'acme', integrationId: 'c38qlqlo0aeuocce9mi0', field: 'token' };
const secret = 'xoxb-17-ünïcode-secret';

describe('Sealer', () => {
  const sealer = Sealer.from(`k1:${key(1)}`);

  it('opens what it sealed, for the same place', () => {
    const envelope = sealer.seal(secret, place);
    expect(envelope).toMatch(/^v1\.k1\.[\w-]{16}\.[\w-]{22}\.[\w-]+$/);
    expect(envelope).not.toContain(secret);
    expect(sealer.open(envelope, place)).toBe(secret);
    expect(sealer.open(sealer.seal('', place), place)).toBe('');
  });

  it('seals with the first key and opens with every one, so that keys rotate', () => {
    const old = sealer.seal(secret, place);
    const rotated = Sealer.from(`k2:${key(2)},k1:${key(1)}`);
    expect(rotated.open(old, place)).toBe(secret);
    expect(rotated.seal(secret, place)).toMatch(/^v1\.k2\./);
  });

  it('names a key id that it does not have', () => {
    const retired = Sealer.from(`k2:${key(2)}`);
    const open = (): string => retired.open(sealer.seal(secret, place), place);
    expect(open).toThrow(new SealError('the key "k1" that sealed it is not in TOCSIN_MASTER_KEYS'));
  });

  it('does not open with another key of the same id', () => {
    const impostor = Sealer.from(`k1:${key(9)}`);
    expect(() => impostor.open(sealer.seal(secret, place), place)).toThrow(SealError);
  });

  it.each([
    { ...place, organizationId: 'other' },
    { ...place, integrationId: 'other' },
    { ...place, field: 'apiKey' },
    { organizationId: 'acme|c38qlqlo0aeuocce9mi0', integrationId: 'token', field: '' },
  ])('does not open for another place: %j', (elsewhere) => {
    expect(() => sealer.open(sealer.seal(secret, place), elsewhere)).toThrow(SealError);
  });

  it('joins the parts of a place without ambiguity', () => {
    const envelope = sealer.seal(secret, { organizationId: 'a|b', integrationId: 'c', field: 'f' });
    expect(() => sealer.open(envelope, { organizationId: 'a', integrationId: 'b|c', field: 'f' })).toThrow(SealError);
  });

  it('refuses an envelope with any single bit flipped', () => {
    const envelope = sealer.seal(secret, place);
    const [version, keyId, ...parts] = envelope.split('.');
    parts.forEach((part, index) => {
      const bytes = Buffer.from(part, 'base64url');
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        const forged = parts.with(index, flipped.toString('base64url'));
        expect(() => sealer.open([version, keyId, ...forged].join('.'), place)).toThrow(SealError);
      }
    });
  });

  it('refuses an envelope with any single character changed', () => {
    const envelope = sealer.seal(secret, place);
    for (let at = 0; at < envelope.length; at++) {
      const forged = envelope.slice(0, at) + (envelope[at] === 'A' ? 'B' : 'A') + envelope.slice(at + 1);
      expect(() => sealer.open(forged, place)).toThrow(SealError);
    }
  });

  it.each(['', 'v1', 'v1.k1.a.b', 'v2.k1.a.b.c', 'v1.k1.....', 'plain text', 'v1.k1.AAAA.AAAA.AAAA'])(
    'refuses what is no envelope: %j',
    (text) => {
      expect(() => sealer.open(text, place)).toThrow(SealError);
    },
  );

  it('refuses a truncated tag', () => {
    const parts = sealer.seal(secret, place).split('.');
    parts[3] = Buffer.from(parts[3]!, 'base64url').subarray(0, 4).toString('base64url');
    expect(() => sealer.open(parts.join('.'), place)).toThrow('a tag of 16');
  });

  it('never uses a nonce twice', () => {
    const nonces = new Set(Array.from({ length: 20_000 }, () => sealer.seal('x', place).split('.')[2]));
    expect(nonces.size).toBe(20_000);
  });

  it('keeps the secret out of its errors', () => {
    try {
      sealer.open(sealer.seal(secret, place), { ...place, field: 'other' });
      throw new Error('it opened');
    } catch (error) {
      expect(String(error)).not.toContain(secret);
      expect(String(error)).toContain('another place');
    }
  });
});
