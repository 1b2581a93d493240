const SECRET_NAME = /authorization|token|secret|password|passwd|credential|(api|master|private)[_-]?key|cookie/i;
const MASK = '[secret]';
const MAX_DEPTH = 6;

/** The fields with the values of secret-sounding names masked, at any depth; ids (`tokenId`) stay. */
export function withoutSecrets(fields: Record<string, unknown>): Record<string, unknown> {
  return redactObject(fields, 0);
}

function redactObject(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, isSecretName(name) ? mask(value) : redact(value, depth + 1)]),
  );
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !/(id|kind|type|count|name)s?$/i.test(name);
}

function mask(value: unknown): unknown {
  return value === null || value === undefined ? value : MASK;
}

function redact(value: unknown, depth: number): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Error || value instanceof Date) return value;
  if (depth > MAX_DEPTH) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  const plain = Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null;
  return plain ? redactObject(value, depth) : value;
}

/** Secrets by their look, wherever they stand in a line: our tokens, Slack's, credentials of headers and URLs. */
const LOOKS: readonly [RegExp, string][] = [
  [/\btoc_(admin|user|source|reader)_([0-9A-Za-z]{4})[0-9A-Za-z_]*/g, 'toc_$1_$2...'],
  [/\bxox[a-z]-[0-9A-Za-z-]{4,}/g, 'xox...'],
  [/\b(Bearer|Basic|Token|GenieKey)(\s+)[A-Za-z0-9._~+/=-]{12,}/gi, '$1$2...'],
  [/(\w:\/\/[^\s:/@"]*):[^\s/@"]+@/g, '$1:...@'],
];

// Control characters that JSON leaves as they are: terminals and viewers act on them.
const ACTING = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A finished JSON line without what looks like a secret, and without characters that could break or forge a line. */
export function scrubbed(line: string): string {
  let text = line;
  for (const [look, replacement] of LOOKS) text = text.replace(look, replacement);
  return text.replace(ACTING, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
