import { type Body } from './body.js';
import { type FieldErrors, invalid } from './argus-error.js';

/** What a value is read as, or what is wrong with it: a list of sentences, one sentence, or an object by item. */
export type Outcome<T> = { readonly value: T } | { readonly errors: unknown };

export type Reader<T> = (value: unknown) => Outcome<T>;

/** A field of a body as a serializer of Argus declares it. */
export interface Field<T> {
  readonly read: Reader<T>;
  readonly required: boolean;
  /** Null is a value of it. */
  readonly nullable: boolean;
  /** An empty field of a form is an empty text, and not an absent one. */
  readonly blank: boolean;
}

interface Options {
  readonly nullable?: boolean;
  readonly blank?: boolean;
}

export function required<T>(read: Reader<T>, { nullable = false, blank = false }: Options = {}): Field<T> {
  return { read, required: true, nullable, blank };
}

export function optional<T>(read: Reader<T>, { nullable = false, blank = false }: Options = {}): Field<T | undefined> {
  return { read, required: false, nullable, blank };
}

type Values<Fields> = { [Name in keyof Fields]: Fields[Name] extends Field<infer T> ? T : never };

/**
 * The fields of a body; others are ignored.
 * @throws ArgusError 400 with every field that is wrong
 */
export function checked<Fields extends Record<string, Field<unknown>>>(body: Body, fields: Fields): Values<Fields> {
  const outcome = check(body, fields);
  if ('value' in outcome) return outcome.value;
  throw invalid(outcome.errors as FieldErrors);
}

/** The same for an object within a body. */
export function check<Fields extends Record<string, Field<unknown>>>(
  { values, form }: Body,
  fields: Fields,
): Outcome<Values<Fields>> {
  const errors: Record<string, unknown> = {};
  const found: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = form ? fromForm(own(values, name), field) : own(values, name);
    const outcome = readField(value, field);
    if ('errors' in outcome) errors[name] = outcome.errors;
    else if (outcome.value !== undefined) found[name] = outcome.value;
  }
  return Object.keys(errors).length > 0 ? { errors } : { value: found as Values<Fields> };
}

export const NULL = 'This field may not be null.';
export const REQUIRED = 'This field is required.';

function readField(value: unknown, { read, required: needed, nullable }: Field<unknown>): Outcome<unknown> {
  if (value === undefined) return needed ? { errors: [REQUIRED] } : { value: undefined };
  if (value === null) return nullable ? { value: null } : { errors: [NULL] };
  return read(value);
}

/** A form has no null: an empty field of one that need not be there is null, or not there. */
function fromForm(value: unknown, { required: needed, nullable, blank }: Field<unknown>): unknown {
  if (value !== '' || blank) return value;
  return nullable ? null : needed ? value : undefined;
}

function own(values: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
