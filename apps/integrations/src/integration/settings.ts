import { type SinkDescriptor, type SinkField } from '../sink.js';
import { looksMasked, maskOf } from './mask.js';
import { invalid } from './refusal.js';

/** The keys of `data` besides `sink` and `source`, in the order of the sink's fields. Clear secrets live only here. */
export interface Settings {
  readonly data: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** What an integration has already: its plain settings, and the masks of its secrets by field. */
export interface Stored {
  readonly data: Readonly<Record<string, unknown>>;
  readonly masks: Readonly<Record<string, string>>;
}

const MAX_ENTRIES = 1000;
const UNCHANGED = Symbol('unchanged');
const immutable = new Set(['sink', 'source']);

/** Settings of a new integration. @throws Refusal naming each wrong field. */
export function newSettings(sink: SinkDescriptor, given: Readonly<Record<string, unknown>>): Settings {
  return readSettings(sink, given, undefined);
}

/**
 * Settings after a partial edit: what is absent, or a secret equal to its mask, stays as it is; `null` clears what is
 * optional. `secrets` holds the new ones only. @throws Refusal naming each wrong field.
 */
export function editedSettings(
  sink: SinkDescriptor,
  given: Readonly<Record<string, unknown>>,
  stored: Stored,
): Settings {
  return readSettings(sink, given, stored);
}

/** The masks that stand for new secrets on every later read. */
export function masksOf(secrets: Settings['secrets']): Record<string, string> {
  return Object.fromEntries(Object.entries(secrets).map(([field, secret]) => [field, maskOf(secret)]));
}

function readSettings(sink: SinkDescriptor, given: Readonly<Record<string, unknown>>, stored?: Stored): Settings {
  const errors: Record<string, string> = unknownKeys(sink, given, stored);
  const data: Record<string, unknown> = {};
  const secrets: Record<string, string> = {};
  for (const field of sink.fields) {
    const value = readField(field, Object.hasOwn(given, field.name) ? given[field.name] : undefined, stored);
    if (value instanceof Wrong) errors[field.name] = value.message;
    else if (field.secret && typeof value === 'string') secrets[field.name] = value;
    else if (value === UNCHANGED) Object.assign(data, picked(stored?.data ?? {}, field.name));
    else if (value !== undefined) data[field.name] = value;
  }
  if (Object.keys(errors).length > 0) throw invalid(errors);
  return { data, secrets };
}

class Wrong {
  constructor(readonly message: string) {}
}

function readField(field: SinkField, value: unknown, stored?: Stored): unknown {
  if (value === undefined && stored) return UNCHANGED;
  if (value === undefined || value === null) {
    return field.required ? new Wrong(`is required: ${field.expects}`) : undefined;
  }
  if (field.kind === 'list') return readList(field, value);
  if (field.secret && value === stored?.masks[field.name]) return UNCHANGED;
  const wrong = wrongText(field, value);
  if (wrong) return new Wrong(wrong);
  if (field.secret && looksMasked(value as string)) return new Wrong(`is a mask, not a secret: ${field.expects}`);
  return value;
}

function readList(field: SinkField, value: unknown): unknown {
  if (!Array.isArray(value) || value.length > MAX_ENTRIES) {
    return new Wrong(`expected ${field.expects}, at most ${MAX_ENTRIES}`);
  }
  const wrong = value.map((entry) => wrongText(field, entry)).find((message) => message !== undefined);
  return wrong === undefined ? [...new Set(value)] : new Wrong(wrong);
}

function wrongText(field: SinkField, value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return `expected ${field.expects}`;
  if (value.length > field.max) return `is longer than ${field.max} characters`;
  return field.pattern && !field.pattern.test(value) ? `expected ${field.expects}` : undefined;
}

/** A client that sends back what it read also sends the masks under their own keys: harmless while they are unchanged. */
function unknownKeys(
  sink: SinkDescriptor,
  given: Readonly<Record<string, unknown>>,
  stored?: Stored,
): Record<string, string> {
  const known = new Set(sink.fields.map(({ name }) => name));
  const echoes = new Map(sink.fields.map(({ name, secret }) => [secret?.masked, stored?.masks[name]]));
  const isEcho = (key: string): boolean => stored !== undefined && echoes.has(key) && given[key] === echoes.get(key);
  const strangers = Object.keys(given).filter((key) => !known.has(key) && !immutable.has(key) && !isEcho(key));
  return Object.fromEntries(
    strangers.slice(0, 20).map((key) => [key.slice(0, 100), `is not a field of the sink ${sink.name}`]),
  );
}

function picked(from: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  return Object.hasOwn(from, name) ? { [name]: from[name] } : {};
}
