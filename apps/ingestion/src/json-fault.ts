const MAX_DEPTH = 32;
const MAX_TEXT = 65_536;
const MAX_KEY = 1024;

/**
 * What makes parsed JSON unfit for the log, naming the place below `at`: nesting deeper than 32 levels, a text over
 * 64 KiB, a NUL or half a surrogate pair (which no database column takes), a key that would reach an object's prototype
 * (reference performance-reliability 2.10). Undefined when it is fit.
 */
export function faultOfJson(value: unknown, at: string): string | undefined {
  const fault = faultBelow(value, 0);
  return fault === undefined ? undefined : `${at}${fault}`;
}

/** The path below and the complaint: `.list.0: ...`. Put together on the way out, so that fit values pay nothing. */
function faultBelow(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return faultOfText(value, MAX_TEXT);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= MAX_DEPTH) return `: nested deeper than ${MAX_DEPTH} levels`;
  return Array.isArray(value) ? faultOfList(value, depth) : faultOfObject(value as Record<string, unknown>, depth);
}

function faultOfList(list: readonly unknown[], depth: number): string | undefined {
  for (let i = 0; i < list.length; i++) {
    const fault = faultBelow(list[i], depth + 1);
    if (fault !== undefined) return `.${i}${fault}`;
  }
  return undefined;
}

function faultOfObject(object: Record<string, unknown>, depth: number): string | undefined {
  for (const key in object) {
    const value = object[key];
    if (key === '__proto__' || (key === 'constructor' && typeof value === 'object')) {
      return `.${key}: a name that is not allowed`;
    }
    const fault = faultOfText(key, MAX_KEY);
    if (fault !== undefined) return fault;
    const below = faultBelow(value, depth + 1);
    if (below !== undefined) return `.${key}${below}`;
  }
  return undefined;
}

function faultOfText(text: string, max: number): string | undefined {
  if (text.length > max) return `: expected at most ${max} characters`;
  if (text.includes('\u0000')) return ': expected a text without NUL characters';
  return text.isWellFormed() ? undefined : ': expected well-formed Unicode';
}
