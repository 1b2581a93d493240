import { problem } from '#libs/runtime';

export type Format = 'json' | 'csv' | 'html';

const TYPES: readonly (readonly [Format, string])[] = [
  ['json', 'application/json'],
  ['csv', 'text/csv'],
  ['html', 'text/html'],
];

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  html: 'text/html; charset=utf-8',
};

/**
 * What the client wants most of what there is (RFC 9110 12.5.1); JSON where it does not mind.
 * @throws Problem 406
 */
export function formatOf(accept: string | undefined): Format {
  const ranges = (accept?.trim() || '*/*').split(',').map(rangeOf);
  const best = TYPES.map(([format, type]) => ({ format, quality: qualityOf(type, ranges) })).reduce((a, b) =>
    b.quality > a.quality ? b : a,
  );
  if (best.quality > 0) return best.format;
  const detail = `there is ${TYPES.map(([, type]) => type).join(', ')}`;
  throw problem(406, 'Not acceptable', { detail });
}

interface Range {
  readonly range: string;
  readonly quality: number;
}

function rangeOf(text: string): Range {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
  return { range, quality: Number.isFinite(quality) ? quality : 0 };
}

/** The most specific range that fits decides. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  const fitting = [type, `${type.split('/')[0]}/*`, '*/*'].map((range) => ranges.find((one) => one.range === range));
  return fitting.find((one) => one !== undefined)?.quality ?? 0;
}
