import { parseJsonBody } from '#libs/runtime';
import { invalidObject } from './argus-error.js';
import { nested } from './forms.js';
import { pythonType } from './readers.js';

/** The fields of a request's body; of a form, where every value is a text. */
export interface Body {
  readonly values: Readonly<Record<string, unknown>>;
  readonly form: boolean;
}

/** Media types that Argus reads. */
export const BODY_TYPES = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'] as const;
/** Bytes: a body may be that long, and one text in it as well. */
export const BODY_LIMIT = 1024 * 1024;

/**
 * The body of a request; an empty one has no fields.
 * @throws Problem 400 for what cannot be read. ArgusError 400 for JSON that is no object
 */
export async function readBody(body: Buffer | undefined, type: string | undefined): Promise<Body> {
  if (body === undefined || body.length === 0) return { values: {}, form: false };
  if (type === undefined || /^application\/json/i.test(type.trim())) return { values: readJson(body), form: false };
  return { values: await readForm(body, type), form: true };
}

function readJson(body: Buffer): Record<string, unknown> {
  const value = parseJsonBody(body, { longestText: BODY_LIMIT });
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw invalidObject(`Invalid data. Expected a dictionary, but got ${pythonType(value)}.`);
  }
  return withWholeNumbers(value as Record<string, unknown>, body);
}

/** Digits that a number of JavaScript would round. */
const LONG = /\d{16}/;
/** Texts, which are left alone, and whole numbers: no digits of a fraction or an exponent. */
const NUMBERS = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\d.eE+]|[eE]-)-?\d{16,}(?![\d.eE])/g;

/** Whole numbers of the outermost fields that are too long for a number are the text of their digits: an id stays what it is. */
function withWholeNumbers(values: Record<string, unknown>, body: Buffer): Record<string, unknown> {
  const unsafe = Object.entries(values).filter(([, v]) => typeof v === 'number' && !Number.isSafeInteger(v));
  if (unsafe.length === 0 || !LONG.test(body.toString('latin1'))) return values;
  const quoted = body.toString('utf8').replace(NUMBERS, (found) => (found.startsWith('"') ? found : `"${found}"`));
  const exact = JSON.parse(quoted) as Record<string, unknown>;
  return { ...values, ...Object.fromEntries(unsafe.map(([name]) => [name, exact[name]])) };
}

async function readForm(body: Buffer, type: string): Promise<Record<string, unknown>> {
  try {
    const headers = { 'content-type': type };
    const form = await new Response(new Uint8Array(body), { headers }).formData();
    return nested([...form].filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    throw invalidObject('Multipart form parse error - Invalid body.');
  }
}
