/** PostgreSQL keeps neither NUL nor half a surrogate pair; they show as the replacement character. */
export function printableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** A value of JSON with all its texts and names printable. */
export function printable(value: unknown): unknown {
  if (typeof value === 'string') return printableText(value);
  if (Array.isArray(value)) return value.map(printable);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [printableText(name), printable(one)] as const);
  return Object.fromEntries(entries);
}
