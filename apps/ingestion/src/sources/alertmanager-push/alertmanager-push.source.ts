import { compareInstants, instantOfMillis, millisOf } from '#libs/core';
import { faultOfFuture } from '../../ahead.js';
import { classicNames, firedDraft, labelsOf, MAX_ALERTS, resolvedDraft, textsOf, timeOf } from '../../alert-fields.js';
import {
  defineSource,
  type Draft,
  isObject,
  Refusal,
  refused,
  type SourceContext,
  translateEach,
} from '../../source.js';

/** Alertmanager's default `resolve_timeout`: when an alert ends that names no end and is not said again. */
const RESOLVE_TIMEOUT = 5 * 60 * 1000;
const MAX_URL = 8192;

/**
 * The alerts that Prometheus, vmalert, Grafana and amtool push to an Alertmanager: `POST .../api/v2/alerts`
 * (reference assisted-and-ses C3, measured with Alertmanager 0.25). They name no status: an end in the future is a
 * firing alert that must be said again before then, an end that has come is a resolved one.
 */
export const alertmanagerPush = defineSource({
  name: 'alertmanager-push',
  says: 'Alerts pushed as to an Alertmanager, by Prometheus, vmalert, Grafana or amtool.',
  path: '/alerts/{partition}/api/v2/alerts',
  recognises: (body) => body === null || Array.isArray(body),
  translate: (body, context) => {
    if (body === null) return { accepted: [], rejected: [] };
    if (!Array.isArray(body)) return refused('type', 'expected a list of alerts');
    if (body.length > MAX_ALERTS) return refused('size', `expected at most ${MAX_ALERTS} alerts`);
    return translateEach(body, (alert, index) => draftOf(alert, index, context));
  },
});

function draftOf(item: unknown, index: number, context: SourceContext): Draft | Refusal {
  if (!isObject(item)) return new Refusal('type', 'expected an alert: an object with labels');
  const labels = labelsOf(item['labels'], classicNames);
  if (labels instanceof Refusal) return labels;
  const annotations = textsOf(item['annotations'] ?? {}, 'annotations', classicNames, false);
  if (annotations instanceof Refusal) return annotations;
  const generatorURL = generatorOf(item['generatorURL']);
  if (generatorURL instanceof Refusal) return generatorURL;
  const times = timesOf(item, context.now);
  if (times instanceof Refusal) return times;
  const { startsAt, endsAt } = times;
  const alert = { index, partition: context.partition, labels, annotations, startsAt, generatorURL };
  return compareInstants(endsAt, context.now) > 0 ? firedDraft(alert, endsAt) : resolvedDraft(alert, endsAt);
}

/**
 * A start that is left out is now, or the end where that has come: unlike Alertmanager's own rule, which copies a
 * future end too, an alert that fires has begun.
 */
function timesOf(item: Record<string, unknown>, now: string): { startsAt: string; endsAt: string } | Refusal {
  const ends = timeOf(item['endsAt'], 'endsAt');
  if (ends instanceof Refusal) return ends;
  const starts = timeOf(item['startsAt'], 'startsAt');
  if (starts instanceof Refusal) return starts;
  const startsAt = starts ?? (ends !== undefined && compareInstants(ends, now) < 0 ? ends : now);
  const endsAt = ends ?? instantOfMillis(millisOf(now) + RESOLVE_TIMEOUT);
  const tooEarly = faultOfFuture(startsAt, 'startsAt', now);
  if (tooEarly) return tooEarly;
  if (compareInstants(endsAt, startsAt) < 0) return new Refusal('rule', 'endsAt: lies before startsAt');
  return { startsAt, endsAt };
}

function generatorOf(value: unknown): string | undefined | Refusal {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') return new Refusal('type', 'generatorURL: expected a text');
  const usable = value.length <= MAX_URL && (value.startsWith('/') || URL.canParse(value)) && value.isWellFormed();
  return usable ? value : new Refusal('format', 'generatorURL: expected a URI');
}
