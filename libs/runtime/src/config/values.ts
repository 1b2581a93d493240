import { z } from 'zod';

/** A whole number in text, between `min` and `max`. */
export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max)
    .describe(`a whole number from ${min} to ${max}`);
}

export const port = wholeNumber(0, 65_535).describe('a port number from 0 to 65535');

/** `true`, `1`, `yes` or `on`, and their opposites, in any case. */
export const flag: z.ZodType<boolean, string> = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', '1', 'yes', 'on', 'false', '0', 'no', 'off']))
  .transform((word) => ['true', '1', 'yes', 'on'].includes(word))
  .describe('true or false');

/** `host:port[,host:port]`. */
export const hostPorts: z.ZodType<readonly string[], string> = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((parts) => parts.every((part) => /^(\[[0-9a-fA-F:.]+\]|[^\s:/@,]+):\d{1,5}$/.test(part)))
  .describe('host:port[,host:port...]');

/** An http or https URL without credentials. */
export const httpUrl: z.ZodType<string, string> = z
  .string()
  .refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  })
  .describe('a URL that begins with http:// or https://');

export const databaseUrl: z.ZodType<string, string> = z
  .string()
  .refine((text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text))
  .describe('a URL such as postgres://user:password@host:5432/database');

/** A name of a Kafka topic. */
export const topicName: z.ZodType<string, string> = z
  .string()
  .refine((text) => /^[A-Za-z0-9._-]{1,249}$/.test(text) && text !== '.' && text !== '..')
  .describe('a topic name: 1 to 249 of A-Z a-z 0-9 . _ -');
