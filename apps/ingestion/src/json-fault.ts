const MAX_DEPTH = 32;
const MAX_TEXT = 65_536;
const MAX_KEY = 1024;

/**
 * What makes parsed JSON unfit for the log, naming the place: nesting deeper than 32 levels, a text over 64 KiB, a NUL
 * or half a surrogate pair (which no database column takes), a key that would reach an object's prototype (reference
 * performance-reliability 2.10). Undefined when it is fit.
 */
export function faultOfJson(value: unknown, at: string, depth = 0): string | undefined {
  if (typeof value === 'string') return faultOfText(value, at, MAX_TEXT);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= MAX_DEPTH) return `${at.slice(0, 80)}: nested deeper than ${MAX_DEPTH} levels`;
  return Array.isArray(value)
    ? faultOfList(value, at, depth)
    : faultOfObject(value as Record<string, unknown>, at, depth);
}

function faultOfList(list: readonly unknown[], at: string, depth: number): string | undefined {
  for (let i = 0; i < list.length; i++) {
    const fault = faultOfJson(list[i], at, depth + 1);
    if (fault) return fault;
  }
  return undefined;
}

function faultOfObject(object: Record<string, unknown>, at: string, depth: number): string | undefined {
  for (const key in object) {
    const value = object[key];
    if (key === '__proto__' || (key === 'constructor' && typeof value === 'object')) {
      return `${at}.${key}: a name that is not allowed`;
    }
    if (typeof value === 'number' || typeof value === 'boolean') continue;
    const fault = faultOfText(key, at, MAX_KEY) ?? faultOfJson(value, `${at}.${key}`, depth + 1);
    if (fault) return fault;
  }
  return undefined;
}

function faultOfText(text: string, at: string, max: number): string | undefined {
  if (text.length > max) return `${at}: expected at most ${max} characters`;
  if (text.includes('\u0000')) return `${at}: expected a text without NUL characters`;
  return text.isWellFormed() ? undefined : `${at}: expected well-formed Unicode`;
}
