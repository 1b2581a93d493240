import { KNOWN, type Moment } from '../history/moment.js';
import { invalid } from './argus-error.js';
import { lastOf } from './asked.js';
import { isDatetimeFault, parseDatetime } from './datetime.js';

/**
 * `asOf` and `known` of a query: how things stood then, which Argus cannot tell; undefined for the present. A naive time
 * is of `zone`.
 * @throws ArgusError 400
 */
export function momentAsked(query: URLSearchParams, zone: string): Moment | undefined {
  const text = lastOf(query, 'asOf');
  if (text === undefined) return undefined;
  const asOf = parseDatetime(text, zone);
  if (isDatetimeFault(asOf)) throw invalid({ asOf: ['Enter a valid date/time.'] });
  const wanted = lastOf(query, 'known') ?? 'at';
  const known = KNOWN.find((one) => one === wanted);
  if (known) return { asOf, known };
  throw invalid({ known: [`Select a valid choice. ${wanted} is not one of the available choices.`] });
}
