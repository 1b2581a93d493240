import { listOf, numberOf } from '../../otlp/attributes.js';
import { isObject, Refusal } from '../../source.js';

/** The kinds of data that a metric may hold. */
export const kinds = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const;
export type Kind = (typeof kinds)[number];

/** One value of a data point. */
export interface Value {
  /** Follows the name of the metric, as Prometheus names the parts of a histogram. */
  readonly suffix: string;
  readonly value: number;
  readonly label?: Readonly<Record<string, string>>;
}

/** The values of a data point: one of a gauge or sum; count, sum, extremes and buckets or quantiles of the others. */
export function valuesOf(kind: Kind, point: Record<string, unknown>): readonly Value[] | Refusal {
  if (kind === 'gauge' || kind === 'sum') {
    const value = finiteOf(point['asDouble'] ?? point['asInt']);
    return value === undefined
      ? new Refusal('rule', 'asDouble, asInt: expected a finite number')
      : [{ suffix: '', value }];
  }
  const count = finiteOf(point['count'] ?? 0);
  if (count === undefined || count < 0) return new Refusal('rule', 'count: expected a number from 0');
  const parts = [
    part('_count', count),
    part('_sum', point['sum']),
    part('_min', point['min']),
    part('_max', point['max']),
  ];
  const values = parts.flat();
  if (kind === 'summary') return [...values, ...quantilesOf(point)];
  if (kind === 'exponentialHistogram') return values;
  const buckets = bucketsOf(point);
  return buckets instanceof Refusal ? buckets : [...values, ...buckets];
}

function part(suffix: string, given: unknown): readonly Value[] {
  const value = given === undefined || given === null ? undefined : finiteOf(given);
  return value === undefined ? [] : [{ suffix, value }];
}

/** Counts up to each bound, as Prometheus has them: `le` is the bound. */
function bucketsOf(point: Record<string, unknown>): readonly Value[] | Refusal {
  const counts = listOf(point['bucketCounts']).map(finiteOf);
  const bounds = listOf(point['explicitBounds']).map(finiteOf);
  if (counts.length === 0) return [];
  const fits = counts.length === bounds.length + 1 && !counts.includes(undefined) && !bounds.includes(undefined);
  if (!fits) return new Refusal('rule', 'bucketCounts: expected one number more than explicitBounds');
  let sum = 0;
  return counts.map((count, i) => {
    sum += count!;
    return { suffix: '_bucket', value: sum, label: { le: i === bounds.length ? '+Inf' : String(bounds[i]) } };
  });
}

function quantilesOf(point: Record<string, unknown>): readonly Value[] {
  return listOf(point['quantileValues']).flatMap((entry) => {
    const quantile = isObject(entry) ? finiteOf(entry['quantile'] ?? 0) : undefined;
    const value = isObject(entry) ? finiteOf(entry['value'] ?? 0) : undefined;
    if (quantile === undefined || value === undefined) return [];
    return [{ suffix: '', value, label: { quantile: String(quantile) } }];
  });
}

function finiteOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
