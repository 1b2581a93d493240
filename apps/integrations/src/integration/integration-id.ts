const ALPHABET = '0123456789abcdefghijklmnopqrstuv';

/**
 * An id of 20 characters of base32 (0-9, a-v), as the compatible API's are (reference 1.1): four bytes of `millis` in
 * seconds, so that ids sort by the time they were made, and eight of `random`.
 */
export function integrationIdOf(millis: number, random: Uint8Array): string {
  if (random.length !== 8) throw new RangeError('an integration id takes 8 random bytes');
  let bits = (BigInt(Math.floor(millis / 1000)) & 0xffffffffn) << 64n;
  bits = (bits | BigInt(`0x${Buffer.from(random).toString('hex')}`)) << 4n;
  let id = '';
  for (let digit = 0; digit < 20; digit++, bits >>= 5n) id = ALPHABET[Number(bits & 31n)]! + id;
  return id;
}

/** Whether a text can be such an id: what cannot needs no look-up. */
export function isIntegrationId(text: string): boolean {
  return /^[0-9a-v]{20}$/.test(text);
}
