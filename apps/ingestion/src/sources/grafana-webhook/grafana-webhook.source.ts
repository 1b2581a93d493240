import { linkOf } from '../../alert-fields.js';
import { defineSource, isObject } from '../../source.js';
import { translateAlerts } from '../../webhook-alert.js';

const LINKS = ['dashboardURL', 'panelURL', 'silenceURL', 'imageURL'] as const;
const MAX_VALUES = 64;

/**
 * Grafana's webhook contact point, payload version 1 (reference assisted-and-ses C5): Alertmanager's shape and more.
 * `DatasourceError` and `DatasourceNoData` are alerts like any other. Times may have an offset; the start of a
 * resolved alert may equal its end (grafana#106065), so it ends whatever occurrence is open.
 */
export const grafanaWebhook = defineSource({
  name: 'grafana-webhook',
  says: 'Groups of alerts from the webhook contact point of Grafana Alerting.',
  path: '/alerts/{partition}',
  recognises: (body) => isObject(body) && body['version'] === '1',
  translate: (body, context) => translateAlerts(body, context, extraOf),
});

/** The links and the measured values of an alert, where they are usable. */
function extraOf(alert: Record<string, unknown>): Record<string, unknown> {
  const extra: Record<string, unknown> = {};
  for (const name of LINKS) {
    const link = linkOf(alert[name]);
    if (link !== undefined) extra[name] = link;
  }
  const values = valuesOf(alert['values']);
  if (values) extra['values'] = values;
  return extra;
}

/** Values by query reference: `{B: 0.93}`. */
function valuesOf(values: unknown): Record<string, number> | undefined {
  if (!isObject(values)) return undefined;
  const entries = Object.entries(values).filter(
    (entry): entry is [string, number] =>
      typeof entry[1] === 'number' && /^\w{1,64}$/.test(entry[0]) && entry[0] !== '__proto__',
  );
  return entries.length > 0 && entries.length <= MAX_VALUES ? Object.fromEntries(entries) : undefined;
}
