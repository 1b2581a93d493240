import { type Instant } from '#libs/core';
import { DATETIME_FAULTS, isDatetimeFault, isMax, isNaiveMax, parseDatetime } from './datetime.js';
import { type Outcome, type Reader } from './fields.js';
import { isHttpUrl } from './url.js';

/** Longest text of a field, in UTF-16 units: far above what anybody writes, and what a record of the log can carry. */
export const MAX_TEXT = 262_144;

function wrong(...sentences: readonly string[]): { readonly errors: readonly string[] } {
  return { errors: sentences };
}

/**
 * A text, trimmed. Numbers are taken as they are written, booleans are not (reference argus.md 1.1). What PostgreSQL
 * cannot keep is refused: NUL, and halves of surrogate pairs.
 */
export function text({ blank = false, max = MAX_TEXT }: { blank?: boolean; max?: number } = {}): Reader<string> {
  return (value) => {
    if (!isTextOrNumber(value)) return wrong('Not a valid string.');
    const trimmed = String(value).trim();
    if (trimmed === '' && !blank) return wrong('This field may not be blank.');
    const faults = characterFaults(trimmed);
    if (trimmed.length > max) faults.push(`Ensure this field has no more than ${max} characters.`);
    return faults.length > 0 ? wrong(...faults) : { value: trimmed };
  };
}

function isTextOrNumber(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

/** What of a text cannot be kept. */
export function characterFaults(value: string): string[] {
  const faults: string[] = [];
  if (value.includes('\0')) faults.push('Null characters are not allowed.');
  const lone = value.isWellFormed() ? undefined : LONE.exec(value)?.[0];
  if (lone !== undefined) {
    faults.push(`Surrogate characters are not allowed: U+${lone.charCodeAt(0).toString(16).toUpperCase()}.`);
  }
  return faults;
}

const LONE = /\p{Surrogate}/u;

/** A web address as Django has it: scheme, a host with a dot (or localhost, or an address), no blanks. */
export const url: Reader<string> = (value) => {
  const read = text({ blank: true })(value);
  if ('errors' in read) return read;
  return isHttpUrl(read.value) ? read : wrong('Enter a valid URL.');
};

/** 1 (critical) to 5 (information); as a text too. */
export const level: Reader<number> = (value) => {
  const known = isTextOrNumber(value) && /^[1-5]$/.test(String(value));
  return known ? { value: Number(value) } : noChoice(value);
};

/** One of `choices`, letter by letter. */
export function choice<T extends string>(choices: readonly T[]): Reader<T> {
  return (value) => {
    const chosen = choices.find((one) => one === value);
    return chosen === undefined ? noChoice(value) : { value: chosen };
  };
}

function noChoice(value: unknown): Outcome<never> {
  const shown = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return wrong(`"${shown.slice(0, 200)}" is not a valid choice.`);
}

/** A time; naive ones are of `zone`. */
export function datetime(zone: string): Reader<Instant> {
  return (value) => {
    const read = typeof value === 'string' ? parseDatetime(value, zone) : 'format';
    return isDatetimeFault(read) ? wrong(DATETIME_FAULTS[read]) : { value: read };
  };
}

/** As `datetime`; `infinity`, and what clients write for it, is an open end; `-infinity` is before every start. */
export function endTime(zone: string): Reader<Instant | 'infinity' | '-infinity'> {
  return (value) => {
    if (value === 'infinity' || value === '-infinity') return { value };
    if (typeof value === 'string' && isNaiveMax(value)) return { value: 'infinity' };
    const read = datetime(zone)(value);
    return 'value' in read && isMax(read.value, zone) ? { value: 'infinity' } : read;
  };
}

/** Any JSON, with nothing in its texts that cannot be kept. In a form it is the text of it. */
export const json =
  (form: boolean): Reader<unknown> =>
  (value) => {
    const read = form && typeof value === 'string' ? parsed(value) : { value };
    if ('errors' in read) return read;
    const faults = characterFaultsWithin(read.value);
    return faults.length > 0 ? wrong(...faults) : read;
  };

function parsed(text: string): Outcome<unknown> {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return wrong('Value must be valid JSON.');
  }
}

function characterFaultsWithin(value: unknown): string[] {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const node = left.pop();
    if (typeof node === 'string') {
      const faults = characterFaults(node);
      if (faults.length > 0) return faults;
    } else if (Array.isArray(node)) for (const item of node as unknown[]) left.push(item);
    else if (node !== null && typeof node === 'object') {
      for (const [key, inner] of Object.entries(node)) left.push(key, inner);
    }
  }
  return [];
}

/** A list with at least one item; its items' faults are an object by index. */
export function list<T>(read: Reader<T>, { empty = false }: { empty?: boolean } = {}): Reader<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return wrong(`Expected a list of items but got type "${pythonType(value)}".`);
    if (value.length === 0 && !empty) return wrong('This list may not be empty.');
    const errors: Record<string, unknown> = {};
    const items: T[] = [];
    for (const [index, item] of value.entries()) {
      const outcome = read(item);
      if ('errors' in outcome) errors[index] = outcome.errors;
      else items.push(outcome.value);
    }
    return Object.keys(errors).length > 0 ? { errors } : { value: items };
  };
}

/** A whole number, as a text too. */
export const integer: Reader<number> = (value) => {
  const whole = isTextOrNumber(value) && /^-?\d{1,16}$/.test(String(value).trim());
  return whole ? { value: Number(value) } : wrong('A valid integer is required.');
};

/** Whether a text is a decimal number. */
export function isNumber(text: string): boolean {
  return /^[+-]?(?:\d{1,100}(?:\.\d{0,100})?|\.\d{1,100})$/.test(text);
}

/** The names that Argus' messages have for the types of JSON. */
export function pythonType(value: unknown): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return { string: 'str', boolean: 'bool', object: 'dict' }[typeof value as string] ?? 'str';
}
