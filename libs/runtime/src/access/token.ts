import { hash } from 'node:crypto';
import { type TokenKind } from './principal.js';

/**
 * Tokens are `toc_<kind>_<public id>_<secret>`: 96 random bits that name the row and 256 that prove it, both in
 * base 62, and at the end four digits of a checksum, so that a mistyped or invented one costs no look-up.
 */
export interface NewToken {
  readonly token: string;
  readonly publicId: string;
  readonly digest: Buffer;
}

const PUBLIC_DIGITS = 17;
const SECRET_DIGITS = 43;
const CHECK_DIGITS = 4;
const FORM = new RegExp(
  `^toc_(admin|user|source|reader)_([0-9A-Za-z]{${PUBLIC_DIGITS}})_([0-9A-Za-z]{${SECRET_DIGITS}})([0-9A-Za-z]{${CHECK_DIGITS}})$`,
);

/** A new token of `kind` from 44 random bytes. */
export function makeToken(kind: TokenKind, random: Uint8Array): NewToken {
  if (random.length !== 44) throw new RangeError('a token takes 44 random bytes');
  const publicId = base62(random.subarray(0, 12), PUBLIC_DIGITS);
  const body = `toc_${kind}_${publicId}_${base62(random.subarray(12), SECRET_DIGITS)}`;
  const token = body + checksum(body);
  return { token, publicId, digest: digestOf(token) };
}

/** The public id of a token of our form; undefined for one of another form; null for one of ours that cannot be right. */
export function publicIdOf(token: string): string | null | undefined {
  if (!token.startsWith('toc_')) return undefined;
  const match = FORM.exec(token);
  if (!match) return null;
  return checksum(token.slice(0, -CHECK_DIGITS)) === token.slice(-CHECK_DIGITS) ? match[2]! : null;
}

/**
 * What is stored of a token: SHA-256. A slow hash would protect nothing more of 256 random bits, and at 43 ms a
 * request would be a way to stop the service (reference performance-reliability 2.10).
 */
export function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function base62(bytes: Uint8Array, digits: number): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (let i = 0; i < digits; i++, rest /= 62n) text = ALPHABET[Number(rest % 62n)]! + text;
  return text;
}

function checksum(body: string): string {
  return base62(hash('sha256', `check:${body}`, 'buffer').subarray(0, 6), 9).slice(-CHECK_DIGITS);
}

/**
 * The token of an Authorization header: `Bearer <t>`, `Token <t>` in any case, or Basic with the token as password.
 * Undefined for anything else.
 */
export function tokenOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length > 2048) return undefined;
  const space = authorization.indexOf(' ');
  if (space < 0) return undefined;
  const scheme = authorization.slice(0, space).toLowerCase();
  const credentials = authorization.slice(space + 1).trim();
  if (scheme === 'bearer' || scheme === 'token') return credentials || undefined;
  return scheme === 'basic' ? passwordOf(credentials) : undefined;
}

function passwordOf(credentials: string): string | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(credentials)) return undefined;
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? undefined : pair.slice(colon + 1) || undefined;
}
