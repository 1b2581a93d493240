import { type Reader } from '../argus/fields.js';
import { text, url } from '../argus/readers.js';

/** As long as the name of a token may be. */
export const LONGEST_NAME = 200;
const LONGEST_URL = 2048;

/** The name of a source type, or the object that Argus answers for one. */
export const typeName: Reader<string> = (value) => {
  const named = value !== null && typeof value === 'object' && 'name' in value ? value.name : value;
  return text({ max: LONGEST_NAME })(named);
};

/** Where links to a source begin; empty for nowhere. */
export const baseUrl: Reader<string> = (value) => {
  const read = text({ blank: true, max: LONGEST_URL })(value);
  return 'errors' in read || read.value === '' ? read : url(read.value);
};

/** The name of a new source type. */
export const newTypeName: Reader<string> = (value) => {
  const read = text({ max: LONGEST_NAME })(value);
  if ('errors' in read || read.value === read.value.toLowerCase()) return read;
  return { errors: [`'${read.value}' is not a lowercase string`] };
};
