const LETTER = 'a-z\\u00a1-\\uffff0-9';
const IPV4 = '(?:0|25[0-5]|2[0-4]\\d|1\\d?\\d?|[1-9]\\d?)(?:\\.(?:0|25[0-5]|2[0-4]\\d|1\\d?\\d?|[1-9]\\d?)){3}';
const LABEL = `[${LETTER}](?:[${LETTER}-]{0,61}[${LETTER}])?`;
const HOST = `(?:${LABEL}(?:\\.${LABEL})*\\.(?!-)(?:[a-z\\u00a1-\\uffff-]{2,63}|xn--[a-z0-9]{1,59})(?<!-)\\.?|localhost)`;
const URL = new RegExp(
  `^(?:https?|ftps?)://(?:[^\\s:@/]+(?::[^\\s:@/]*)?@)?(?:${IPV4}|\\[[0-9a-f:.]+\\]|${HOST})(?::[0-9]{1,5})?(?:[/?#]\\S*)?$`,
  'i',
);

/** Whether Django's URL check, which Argus uses, would let it pass: at most 2048 characters, a host with a dot. */
export function isHttpUrl(text: string): boolean {
  return text.length <= 2048 && URL.test(text);
}

/**
 * Where an incident's details are: a whole address as it is, a relative one below the base of its source, and as it was
 * stored where that gives no address (reference argus.md 1.3).
 */
export function joinedUrl(details: string, base: string): string {
  if (details === '' || base === '' || /^[a-z][a-z0-9+.-]*:/i.test(details)) return details;
  try {
    const joined = new globalThis.URL(details, base).href;
    return isHttpUrl(joined) ? joined : details;
  } catch {
    return details;
  }
}
