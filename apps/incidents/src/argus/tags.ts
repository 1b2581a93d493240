import { readTag, type TagFault } from '../incident/incident.refusals.js';
import { list, text } from './readers.js';
import { type Outcome, type Reader } from './fields.js';

/** Argus' words for what is wrong with a tag; the last is a Python list in a text (reference argus.md 3). */
export const TAG_FAULTS: Readonly<Record<TagFault['fault'], string>> = {
  'no-delimiter': 'The tag does not have its delimiter: =.',
  'empty-key': 'The key of the tag cannot be empty.',
  'bad-key': "['Enter a valid key consisting of lowercase letters, numbers and underscores.']",
};

const SHAPE = 'Tags need to follow the format {"tag": key=value}';

/** `key=value`, trimmed. Its fault is one sentence. */
export const tag: Reader<string> = (value) => {
  const outcome = text()(value);
  if ('errors' in outcome) return outcome;
  const read = readTag(outcome.value);
  return 'tag' in read ? { value: read.tag } : { errors: TAG_FAULTS[read.fault] };
};

/** A list, also an empty one, of `{"tag": "key=value"}`; one that comes twice is one. */
export const tags: Reader<readonly string[]> = (value) => {
  const outcome = list(item, { empty: true })(value);
  if ('value' in outcome) return { value: [...new Set(outcome.value)] };
  return Array.isArray(value) ? outcome : { errors: { non_field_errors: outcome.errors } };
};

function item(value: unknown): Outcome<string> {
  const wrapped = value !== null && typeof value === 'object' && !Array.isArray(value) && Object.hasOwn(value, 'tag');
  if (!wrapped) return { errors: [SHAPE] };
  const outcome = tag((value as { tag: unknown }).tag);
  return 'value' in outcome ? outcome : { errors: { tag: outcome.errors } };
}
