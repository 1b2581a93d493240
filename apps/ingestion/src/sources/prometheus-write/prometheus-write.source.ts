import { MetricPoint } from '#libs/contracts';
import { type Instant, instantOfMillis } from '#libs/core';
import { faultOfFuture } from '../../ahead.js';
import { MOST_AHEAD } from '../../otlp/times.js';
import { namespaceOf, NO_PLACE, type Place, placeOf } from '../../place.js';
import { type Histogram, type Series, type WriteRequest } from '../../remote-write/series.js';
import { defineSource, type Draft, isObject, Refusal, refused, type Rejection } from '../../source.js';
import { labelsOf } from './labels.js';

/** Samples of one request. Prometheus sends 2,000 unless told otherwise. */
const MAX_SAMPLES = 10_000;
const LAST_MILLIS = 253_402_300_799_999;

/** A series whose labels were read. */
interface Labelled {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly place: Place;
  readonly unit: string | undefined;
}

/**
 * Prometheus remote write 1.0 and 2.0 (reference demo-and-slo 3.2), as read from protobuf: each sample becomes a
 * `MetricPoint`, of a native histogram its count and sum. NaN, the mark of a stale series among them, and the infinities
 * hold no value that a point could have: they are taken and leave nothing.
 */
export const prometheusWrite = defineSource({
  name: 'prometheus-write',
  says: 'A request of Prometheus remote write.',
  path: '/api/v1/write',
  topic: 'telemetry',
  recognises: (body) => isObject(body) && Array.isArray(body['timeseries']) && body['timeseries'].every(isObject),
  translate: (body, { now }) => {
    const { timeseries } = body as WriteRequest;
    const held = timeseries.reduce((sum, { samples, histograms }) => sum + lengthOf(samples) + lengthOf(histograms), 0);
    if (held > MAX_SAMPLES) return refused('size', `expected at most ${MAX_SAMPLES} samples in one request`);
    const accepted: Draft[] = [];
    const rejected: Rejection[] = [];
    for (const outcome of timeseries.flatMap((series) => outcomesOf(series, now))) {
      const index = accepted.length + rejected.length;
      if (outcome instanceof Refusal) rejected.push({ index, kind: outcome.kind, reason: outcome.reason });
      else accepted.push({ ...outcome, index });
    }
    return { accepted, rejected };
  },
});

const lengthOf = (list: readonly unknown[] | undefined): number => list?.length ?? 0;

type Outcome = Omit<Draft, 'index'> | Refusal;

/** What becomes of each sample and histogram of a series; those without a value leave nothing. */
function outcomesOf(series: Series, now: Instant): readonly Outcome[] {
  const labelled = labelledOf(series);
  const samples = (series.samples ?? []).flatMap(({ value = 0, timestamp }) => {
    if (labelled instanceof Refusal) return within('samples', labelled);
    return pointOf(labelled, '', value, timestamp, now, 'samples');
  });
  const histograms = (series.histograms ?? []).flatMap((histogram) => {
    if (labelled instanceof Refusal) return within('histograms', labelled);
    return pointsOf(labelled, histogram, now);
  });
  return [...samples, ...histograms];
}

function labelledOf({ labels: list = [], unit }: Series): Labelled | Refusal {
  const labels = labelsOf(list);
  if (labels instanceof Refusal) return labels;
  const { __name__: name, ...others } = labels;
  if (name === undefined) return new Refusal('rule', 'labels.__name__: expected the name of the metric');
  const place = placeOf(others);
  return place ? { name, labels: others, place, unit: unit || undefined } : new Refusal('rule', NO_PLACE);
}

/** Count and sum, or the one refusal that both have. */
function pointsOf(
  series: Labelled,
  { countInt, countFloat, sum = 0, timestamp }: Histogram,
  now: Instant,
): readonly Outcome[] {
  const count = countFloat ?? Number(countInt ?? 0);
  const counted = pointOf(series, '_count', count, timestamp, now, 'histograms');
  if (counted.some((outcome) => outcome instanceof Refusal)) return counted;
  return [...counted, ...pointOf(series, '_sum', sum, timestamp, now, 'histograms')];
}

function pointOf(
  { name, labels, place, unit }: Labelled,
  suffix: string,
  value: number,
  timestamp: unknown,
  now: Instant,
  of: 'samples' | 'histograms',
): readonly Outcome[] {
  const at = instantOf(timestamp);
  if (at === undefined) return within(of, new Refusal('rule', 'timestamp: expected milliseconds since 1970'));
  const ahead = faultOfFuture(at, 'timestamp', now, MOST_AHEAD);
  if (ahead) return within(of, ahead);
  if (!Number.isFinite(value)) return [];
  const payload = {
    clusterId: place.clusterId,
    ...(place.nodeId === undefined ? {} : { nodeId: place.nodeId }),
    at,
    namespace: namespaceOf(name),
    name: name + suffix,
    value,
    ...(unit === undefined ? {} : { unit: unit.slice(0, 64) }),
    labels,
  };
  const { version: schemaVersion } = MetricPoint;
  return [{ name: MetricPoint.name, payload, schemaVersion, time: at, subject: MetricPoint.subjectOf(payload) }];
}

function within(of: 'samples' | 'histograms', { kind, reason }: Refusal): readonly [Refusal] {
  return [new Refusal(kind, `${of}: ${reason}`)];
}

function instantOf(timestamp: unknown): Instant | undefined {
  const millis = Number(timestamp ?? 0);
  return Number.isInteger(millis) && millis > 0 && millis <= LAST_MILLIS ? instantOfMillis(millis) : undefined;
}
