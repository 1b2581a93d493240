/** What a column of a COPY row may hold; `Buffer` is for bytea, JSON is passed as its text. */
export type CopyValue = string | number | bigint | boolean | Buffer | null | undefined;

const SPECIAL = /[\\\n\r\t\0]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * One row in COPY's text format (PostgreSQL 18, COPY, "Text Format"), end of line included.
 * @throws RangeError for a NUL, which no text of PostgreSQL can hold
 */
export function copyRow(values: readonly CopyValue[]): string {
  let row = '';
  for (let i = 0; i < values.length; i++) row += (i === 0 ? '' : '\t') + copyField(values[i]);
  return `${row}\n`;
}

function copyField(value: CopyValue): string {
  if (value === null || value === undefined) return '\\N';
  if (typeof value === 'string') return SPECIAL.test(value) ? escaped(value) : value;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value === 'object') return `\\\\x${value.toString('hex')}`;
  return String(value);
}

function escaped(text: string): string {
  return text.replace(/[\\\n\r\t\0]/g, (character) => {
    if (character === '\0') throw new RangeError('a text with the character NUL cannot be stored');
    return ESCAPES[character] ?? character;
  });
}

const CHUNK = 64 * 1024;

/** The same data in pieces of about 64 KiB, so that a row costs no write of its own. */
export function* chunked(rows: Iterable<string | Buffer>): Generator<Buffer> {
  let text = '';
  for (const row of rows) {
    if (typeof row === 'string') {
      text += row;
      if (text.length < CHUNK) continue;
    }
    if (text !== '') yield Buffer.from(text);
    text = '';
    if (typeof row !== 'string') yield row;
  }
  if (text !== '') yield Buffer.from(text);
}
