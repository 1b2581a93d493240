const HIDDEN = '*'.repeat(8);
const LONG_HIDDEN = '*'.repeat(16);
const SHOWN_FROM = 20;

/**
 * What is shown in place of a secret (reference 1.2): of one with 20 characters or more the last four, of a shorter
 * one nothing. The stars are always as many, so that a mask does not tell the length.
 */
export function maskOf(secret: string): string {
  const characters = [...secret];
  return characters.length >= SHOWN_FROM ? LONG_HIDDEN + characters.slice(-4).join('') : HIDDEN;
}

/** Whether a text can only be a mask, somebody else's included: it must never be stored as the secret. */
export function looksMasked(text: string): boolean {
  return text.startsWith(HIDDEN) && (text === HIDDEN || text.length === LONG_HIDDEN.length + 4 || /^\*+$/.test(text));
}
