import { parseInstant } from '#libs/core';
import { z } from 'zod';

/** A date-time in RFC 3339, read as its canonical instant. */
export const instant = z
  .string()
  .max(64)
  .transform((text, context) => {
    const parsed = parseInstant(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message: 'expected a date-time such as 2026-11-20T09:38:13.321Z (RFC 3339)' });
    return z.NEVER;
  });

/** A non-empty text of at most `max` characters. */
export function text(max: number): z.ZodString {
  return z.string().min(1).max(max);
}

/** Names and values of an alert: at most 256, each at most 16 KiB long. */
export const labels = z
  .record(z.string().min(1).max(1024), z.string().max(16_384))
  .refine((entries) => Object.keys(entries).length <= 256, 'expected at most 256 entries');

export const uuid = z.guid();
