import { MetricPoint } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { faultOfFuture } from '../../ahead.js';
import { type Attributes, attributesOf, membersOf } from '../../otlp/attributes.js';
import { instantOfNanos, MOST_AHEAD } from '../../otlp/times.js';
import { namespaceOf, NO_PLACE, type Place, placeOf } from '../../place.js';
import {
  defineSource,
  type Draft,
  isObject,
  Refusal,
  refused,
  type Rejection,
  type Translation,
} from '../../source.js';
import { type Kind, kinds, type Value, valuesOf } from './points.js';

/** Metric points of one request, after histograms and summaries were taken apart. */
const MAX_POINTS = 10_000;
/** Characters of a label that was no text. */
const MAX_LABEL = 16_000;
const TOO_MANY = `expected at most ${MAX_POINTS} metric points in one request`;
/** `NO_RECORDED_VALUE` of the flags of a point: it says that there is none. */
const NO_VALUE = 1;

/** A data point with what stands around it. */
interface Found {
  readonly kind: Kind;
  readonly metric: Record<string, unknown>;
  readonly data: Record<string, unknown>;
  readonly point: unknown;
  readonly resource: Attributes;
}

/** OTLP metrics (reference demo-and-slo 3.1), read from JSON or protobuf: one translation for both. */
export const otlpMetrics = defineSource({
  name: 'otlp-metrics',
  says: 'An OTLP request {resourceMetrics: [...]}.',
  path: '/otlp/v1/metrics',
  topic: 'telemetry',
  recognises: isObject,
  translate: (body, { now }) => {
    const found = pointsOf(body);
    if (found instanceof Refusal) return refused(found.kind, found.reason);
    return translateAll(found, now);
  },
});

/** Outcomes are numbered as they come: one point of a histogram becomes several of ours. */
function translateAll(found: readonly Found[], now: Instant): Translation {
  const accepted: Draft[] = [];
  const rejected: Rejection[] = [];
  for (const item of found) {
    const index = accepted.length + rejected.length;
    if (index > MAX_POINTS) return refused('size', TOO_MANY);
    const drafts = draftsOf(item, index, now);
    if (drafts instanceof Refusal) rejected.push({ index, kind: drafts.kind, reason: drafts.reason });
    else accepted.push(...drafts);
  }
  return { accepted, rejected };
}

function pointsOf(body: unknown): readonly Found[] | Refusal {
  const found: Found[] = [];
  for (const { metric, resource } of metricsOf(body)) {
    if (metric instanceof Refusal) return metric;
    if (!isObject(metric)) return new Refusal('type', 'metrics: expected objects');
    const kind = kinds.find((candidate) => isObject(metric[candidate]));
    if (kind === undefined) continue;
    const data = metric[kind] as Record<string, unknown>;
    const points = membersOf(data, 'dataPoints');
    if (points instanceof Refusal) return points;
    if (found.length + points.length > MAX_POINTS) return new Refusal('size', TOO_MANY);
    for (const point of points) found.push({ kind, metric, data, point, resource });
  }
  return found;
}

function* metricsOf(body: unknown): Generator<{ metric: unknown; resource: Attributes }> {
  const none = attributesOf(undefined);
  const resources = membersOf(body, 'resourceMetrics');
  if (resources instanceof Refusal) return yield { metric: resources, resource: none };
  for (const holder of resources) {
    const scopes = membersOf(holder, 'scopeMetrics');
    if (scopes instanceof Refusal) return yield { metric: scopes, resource: none };
    const told = (holder as Record<string, unknown>)['resource'];
    const resource = attributesOf(isObject(told) ? told['attributes'] : undefined);
    for (const scoped of scopes) {
      const metrics = membersOf(scoped, 'metrics');
      if (metrics instanceof Refusal) return yield { metric: metrics, resource };
      for (const metric of metrics) yield { metric, resource };
    }
  }
}

function draftsOf(
  { kind, metric, data, point, resource }: Found,
  index: number,
  now: Instant,
): readonly Draft[] | Refusal {
  if (!isObject(point)) return new Refusal('type', 'dataPoints: expected objects');
  const { name } = metric;
  if (typeof name !== 'string' || name === '' || name.length > 1000 || /\p{Cc}|\p{Cs}/u.test(name))
    return new Refusal('rule', 'name: expected a text');
  if (((point['flags'] as number | undefined) ?? 0) & NO_VALUE) return [];
  const { values: attributes } = attributesOf(point['attributes']);
  const place = placeOf(resource.values, attributes);
  if (!place) return new Refusal('rule', NO_PLACE);
  const at = instantOfNanos(point['timeUnixNano']);
  if (at === undefined) return new Refusal('rule', 'timeUnixNano: expected nanoseconds since 1970');
  const ahead = faultOfFuture(at, 'timeUnixNano', now, MOST_AHEAD);
  if (ahead) return ahead;
  const values = valuesOf(kind, point);
  if (values instanceof Refusal) return values;
  const shared = { ...temporalityOf(data), ...unitOf(metric) };
  const labels = labelsOf(attributes);
  return values.map((value, i) => draftOf({ name, value, at, place, labels, shared }, index + i));
}

interface Told {
  readonly name: string;
  readonly value: Value;
  readonly at: Instant;
  readonly place: Place;
  readonly labels: Readonly<Record<string, string>>;
  readonly shared: Readonly<Record<string, unknown>>;
}

function draftOf({ name, value, at, place, labels, shared }: Told, index: number): Draft {
  const payload = {
    clusterId: place.clusterId,
    ...(place.nodeId === undefined ? {} : { nodeId: place.nodeId }),
    at,
    namespace: namespaceOf(name),
    name: name + value.suffix,
    value: value.value,
    labels: value.label === undefined ? labels : { ...labels, ...value.label },
    ...shared,
  };
  return {
    index,
    name: MetricPoint.name,
    payload,
    schemaVersion: MetricPoint.version,
    time: at,
    subject: MetricPoint.subjectOf(payload),
  };
}

function unitOf({ unit }: Record<string, unknown>): { unit?: string } {
  return typeof unit === 'string' && unit !== '' ? { unit: unit.slice(0, 64) } : {};
}

/** Whether a sum counts from a start, or from the point before. */
function temporalityOf({ aggregationTemporality, isMonotonic }: Record<string, unknown>): Record<string, unknown> {
  const temporality = aggregationTemporality === 1 ? 'delta' : aggregationTemporality === 2 ? 'cumulative' : undefined;
  return {
    ...(temporality === undefined ? {} : { temporality }),
    ...(isMonotonic === true ? { monotonic: true } : {}),
  };
}

function labelsOf(attributes: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(attributes);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value).slice(0, MAX_LABEL),
    ]),
  );
}
