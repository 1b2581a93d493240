import { parseInstant } from '#libs/core';
import { z } from 'zod';

const NOT_AN_INSTANT = 'expected a date-time such as 2026-11-20T09:38:13.321Z (RFC 3339)';
const MAX_INSTANT = 64;
const MAX_LABELS = 256;
const TOO_MANY = `expected at most ${MAX_LABELS} entries`;
const MAX_NAME = 1024;
const MAX_VALUE = 16_384;

/** A date-time in RFC 3339, read as its canonical instant. A check, not a transform: it runs for every record read. */
export const instant = z
  .string()
  .max(MAX_INSTANT)
  .check((payload) => {
    if (payload.value.length > MAX_INSTANT) return;
    const parsed = parseInstant(payload.value);
    if (parsed !== undefined) payload.value = parsed;
    else payload.issues.push({ code: 'custom', message: NOT_AN_INSTANT, input: payload.value });
  })
  .meta({ format: 'date-time' });

/** A non-empty text of at most `max` characters. */
export function text(max: number): z.ZodString {
  return z.string().min(1).max(max);
}

/** Names and values of an alert: at most 256, each at most 16 KiB long. */
export const labels = checkedBy(
  z
    .record(z.string().min(1).max(MAX_NAME), z.string().max(MAX_VALUE))
    .refine((entries) => Object.keys(entries).length <= MAX_LABELS, TOO_MANY),
  complaintOf,
);

/**
 * `schema`, which goes on describing itself (JSON Schema is made from it), checked by hand. zod runs two schemas for
 * each of the dozens of labels of every alert that is read: that was half of all decoding.
 */
function checkedBy<Schema extends z.ZodType>(schema: Schema, check: (value: unknown) => Complaint | undefined): Schema {
  schema._zod.run = (payload) => {
    const complaint = check(payload.value);
    if (complaint) payload.issues.push({ ...complaint, inst: schema });
    return payload;
  };
  return schema;
}

type Complaint = z.core.$ZodRawIssue;

function complaintOf(input: unknown): Complaint | undefined {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { code: 'invalid_type', expected: 'record', input };
  }
  let count = 0;
  for (const name in input) {
    if (name === '' || name.length > MAX_NAME) {
      return { code: 'custom', message: `expected names of 1 to ${MAX_NAME} characters`, path: [name], input };
    }
    const complaint = valueComplaint((input as Readonly<Record<string, unknown>>)[name], name);
    if (complaint) return complaint;
    if (++count > MAX_LABELS) return { code: 'custom', message: TOO_MANY, input };
  }
  return undefined;
}

function valueComplaint(input: unknown, name: string): Complaint | undefined {
  if (typeof input !== 'string') return { code: 'invalid_type', expected: 'string', path: [name], input };
  if (input.length <= MAX_VALUE) return undefined;
  return { code: 'too_big', origin: 'string', maximum: MAX_VALUE, inclusive: true, path: [name], input };
}

export const uuid = z.guid();
