import { scrubbed } from '../logging/redaction.js';

const MAX_BYTES = 1024;

/** On top of what the log masks: values of secret-sounding names, and webhook addresses that are secrets themselves. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\bhttps:\/\/hooks\.[^\s"']+/gi, 'https://hooks...'],
  [/((?:password|passwd|secret|token|api[_-]?key|authorization)["']?\s*[:=]\s*["']?)[^\s"',;}]+/gi, '$1...'],
];

/**
 * What may be told of an error outside the process: its message without what looks like a secret, on one line, at most
 * 1 KiB of UTF-8 cut at a code point. The details of a database error are left out: they quote rows.
 */
export function publicMessage(error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, 8 * MAX_BYTES);
  const clean = SECRETS.reduce((text, [look, mask]) => text.replace(look, mask), scrubbed(message));
  return cut(clean.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim(), MAX_BYTES);
}

/** The longest start of `text` that takes at most `bytes` in UTF-8. */
export function cut(text: string, bytes: number): string {
  const whole = Buffer.from(text);
  if (whole.length <= bytes) return text;
  let end = bytes;
  while (end > 0 && (whole[end]! & 0xc0) === 0x80) end--;
  return whole.toString('utf8', 0, end);
}
