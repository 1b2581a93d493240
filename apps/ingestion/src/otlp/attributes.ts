import { isObject, Refusal } from '../source.js';

/** Bounds of one record (reference demo-and-slo 3.1). What is beyond them is cut or left out, and counted. */
const MAX_ATTRIBUTES = 128;
const MAX_KEY = 256;
const MAX_VALUE = 4096;
const MAX_DEPTH = 8;
const NAME = /^[^\p{Cc}\p{Cs}]+$/u;

/** Attributes by name, and how many did not fit. */
export interface Attributes {
  readonly values: Readonly<Record<string, unknown>>;
  readonly dropped: number;
}

/** The attributes of a resource, record or point. A list that is none is empty. */
export function attributesOf(list: unknown): Attributes {
  const entries = Array.isArray(list) ? (list as readonly unknown[]) : [];
  const values: Record<string, unknown> = {};
  let dropped = 0;
  let count = 0;
  for (const entry of entries) {
    const key = isObject(entry) ? entry['key'] : undefined;
    const usable =
      typeof key === 'string' && key !== '' && key.length <= MAX_KEY && NAME.test(key) && key !== '__proto__';
    const value = usable ? plainOf((entry as Record<string, unknown>)['value'], MAX_VALUE) : undefined;
    if (value === undefined || value === null || count === MAX_ATTRIBUTES) dropped++;
    else {
      values[key as string] = value;
      count++;
    }
  }
  return { values, dropped };
}

/**
 * An `AnyValue` as plain JSON: texts cut to `longest`, integers beyond what a number holds as text, bytes in base64.
 * Undefined where it holds none of its kinds.
 */
export function plainOf(value: unknown, longest: number, depth = 0): unknown {
  if (!isObject(value) || depth > MAX_DEPTH) return undefined;
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value;
  if (typeof stringValue === 'string') return clean(stringValue, longest);
  if (typeof boolValue === 'boolean') return boolValue;
  if (intValue !== undefined && intValue !== null) return integerOf(intValue);
  if (doubleValue !== undefined && doubleValue !== null) return numberOf(doubleValue);
  if (typeof bytesValue === 'string') return clean(bytesValue, longest);
  if (isObject(arrayValue))
    return listOf(arrayValue['values']).map((item) => plainOf(item, longest, depth + 1) ?? null);
  if (isObject(kvlistValue)) return entriesOf(kvlistValue['values'], longest, depth + 1);
  return undefined;
}

function entriesOf(list: unknown, longest: number, depth: number): Record<string, unknown> {
  const pairs = listOf(list).flatMap((entry) => {
    const key = isObject(entry) ? entry['key'] : undefined;
    if (typeof key !== 'string' || key === '__proto__' || key.length > 1024) return [];
    return [[clean(key, 1024), plainOf((entry as Record<string, unknown>)['value'], longest, depth) ?? null] as const];
  });
  return Object.fromEntries(pairs);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** Without what no database column takes, and not longer than `longest`. */
function clean(text: string, longest: number): string {
  const cut = text.length > longest ? text.slice(0, longest) : text;
  return cut.includes('\u0000') || !cut.isWellFormed() ? cut.replaceAll('\u0000', '\ufffd').toWellFormed() : cut;
}

const INTEGER = /^-?\d{1,20}$/;

/** 64-bit integers come as bigint, text or number. */
export function integerOf(value: unknown): number | string | undefined {
  if (typeof value === 'bigint' || (typeof value === 'string' && INTEGER.test(value))) {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A number of the JSON form, where the three that JSON lacks are texts. */
export function numberOf(value: unknown): number | string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string' && value !== '' && !Number.isNaN(Number(value))) return Number(value);
  return value === 'NaN' ? value : undefined;
}

/** A list that a message holds, or why it cannot be one: absent is empty. */
export function membersOf(holder: unknown, name: string): readonly unknown[] | Refusal {
  if (!isObject(holder)) return new Refusal('type', `${name}: expected within an object`);
  const list = holder[name];
  if (list === undefined || list === null) return [];
  return Array.isArray(list) ? (list as readonly unknown[]) : new Refusal('type', `${name}: expected a list`);
}
