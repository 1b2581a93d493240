import { compareInstants, type Instant } from '#libs/core';
import { faultOfFuture } from './ahead.js';
import {
  type Alert,
  anyNames,
  firedDraft,
  labelsOf,
  linkOf,
  MAX_ALERTS,
  resolvedDraft,
  textsOf,
  timeOf,
} from './alert-fields.js';
import {
  type Draft,
  isObject,
  Refusal,
  refused,
  type SourceContext,
  translateEach,
  type Translation,
} from './source.js';

/**
 * The `alerts` of a webhook body, as Alertmanager and Grafana write them (reference assisted-and-ses C1, C5): each
 * names its own status; the group's is no help, one firing alert makes it `firing`. `extraOf` picks what one sender
 * adds.
 */
export function translateAlerts(
  body: unknown,
  context: SourceContext,
  extraOf?: (alert: Record<string, unknown>) => Record<string, unknown>,
): Translation {
  const alerts = isObject(body) ? body['alerts'] : undefined;
  if (!Array.isArray(alerts)) return refused('type', 'alerts: expected a list of alerts');
  if (alerts.length > MAX_ALERTS) return refused('size', `alerts: expected at most ${MAX_ALERTS}`);
  return translateEach(alerts, (alert, index) => draftOf(alert, index, context, extraOf));
}

function draftOf(
  item: unknown,
  index: number,
  context: SourceContext,
  extraOf?: (alert: Record<string, unknown>) => Record<string, unknown>,
): Draft | Refusal {
  if (!isObject(item)) return new Refusal('type', 'expected an alert: an object with status, labels and startsAt');
  const status = item['status'];
  if (status !== 'firing' && status !== 'resolved') return new Refusal('rule', 'status: expected firing or resolved');
  const labels = labelsOf(item['labels'], anyNames);
  if (labels instanceof Refusal) return labels;
  const annotations = textsOf(item['annotations'] ?? {}, 'annotations', anyNames, false);
  if (annotations instanceof Refusal) return annotations;
  const startsAt = timeOf(item['startsAt'], 'startsAt') ?? new Refusal('required', 'startsAt: expected a date-time');
  if (startsAt instanceof Refusal) return startsAt;
  const tooEarly = faultOfFuture(startsAt, 'startsAt', context.now);
  if (tooEarly) return tooEarly;
  const endsAt = timeOf(item['endsAt'], 'endsAt');
  if (endsAt instanceof Refusal) return endsAt;
  const generatorURL = linkOf(item['generatorURL']);
  const extra = extraOf?.(item);
  const alert = {
    index,
    partition: context.partition,
    labels,
    annotations,
    startsAt,
    generatorURL,
    ...(extra && { extra }),
  };
  // The status decides: a clock that runs differently must not turn a firing alert into an ended one. A future end of a
  // firing alert is a promise to say it again before then.
  if (status === 'firing')
    return firedDraft(alert, endsAt !== undefined && compareInstants(endsAt, context.now) > 0 ? endsAt : undefined);
  return resolved(alert, endsAt ?? context.now, context);
}

function resolved(alert: Alert, endsAt: Instant, context: SourceContext): Draft | Refusal {
  const tooEarly = faultOfFuture(endsAt, 'endsAt', context.now);
  if (tooEarly) return tooEarly;
  if (compareInstants(endsAt, alert.startsAt) < 0) return new Refusal('rule', 'endsAt: lies before startsAt');
  return resolvedDraft(alert, endsAt);
}
