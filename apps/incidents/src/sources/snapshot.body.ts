import { instant } from '#libs/contracts';
import { problem } from '#libs/runtime';
import { z } from 'zod';
import { readTag, type TagFault } from '../incident/incident.refusals.js';

/** Most incidents of one list of a snapshot, and tags of one incident. */
export const MOST = 10_000;
export const MOST_TAGS = 512;
const MOST_COMPLAINTS = 50;

const UNKEEPABLE = 'holds NUL or half of a surrogate pair';

/** A trimmed text that PostgreSQL can keep. */
function text(least: number, most: number) {
  const isKept = (value: string): boolean => !value.includes('\0') && value.isWellFormed();
  return z.string().trim().min(least).max(most).refine(isKept, UNKEEPABLE);
}

const FAULTS: Readonly<Record<TagFault['fault'], string>> = {
  'no-delimiter': 'expected key=value',
  'empty-key': 'the key is empty',
  'bad-key': 'the key may have lower-case letters, digits and underscores only',
};

const tag = text(1, 32_768).transform((value, context) => {
  const read = readTag(value);
  if ('tag' in read) return read.tag;
  context.issues.push({ code: 'custom', message: FAULTS[read.fault], input: value });
  return z.NEVER;
});

const fields = {
  sourceIncidentId: text(1, 4096),
  startTime: instant,
  tags: z.array(tag).max(MOST_TAGS).nullish(),
  description: text(0, 65_536).nullish(),
  level: z.int().min(1).max(5).nullish(),
  detailsUrl: text(0, 8192).nullish(),
  metadata: z.json().nullish(),
};

const snapshot = z.strictObject({
  open: z.array(z.strictObject(fields)).max(MOST),
  history: z
    .array(z.strictObject({ ...fields, endTime: instant.nullish() }))
    .max(MOST)
    .nullish(),
  since: instant.nullish(),
  takenAt: instant.nullish(),
  dryRun: z.boolean().nullish(),
});

export type SnapshotRead = z.output<typeof snapshot>;

/**
 * The body of a snapshot. By zod: for ten thousand incidents class-validator holds everybody else up for seconds.
 * @throws Problem 400 that names up to 50 fields that are wrong
 */
export function readSnapshot(body: unknown): SnapshotRead {
  const read = snapshot.safeParse(body);
  if (read.success) return read.data;
  throw wrong(read.error.issues.flatMap(complaintsOf));
}

/** 400: dotted path of a field to what is wrong with it. */
export function wrong(complaints: readonly (readonly [string, string])[]): Error {
  return problem(400, 'Invalid request', { fields: Object.fromEntries(complaints.slice(0, MOST_COMPLAINTS)) });
}

function complaintsOf(issue: z.core.$ZodIssue): [string, string][] {
  const path = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys') return [[path || 'body', issue.message]];
  const prefix = path === '' ? '' : `${path}.`;
  return issue.keys.map((key) => [`${prefix}${key}`, 'this field does not exist']);
}
