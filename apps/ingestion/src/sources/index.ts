import { type Source } from '../source.js';
import { alertmanagerPush } from './alertmanager-push/alertmanager-push.source.js';
import { alertmanagerWebhook } from './alertmanager-webhook/alertmanager-webhook.source.js';
import { events } from './events/events.source.js';
import { grafanaWebhook } from './grafana-webhook/grafana-webhook.source.js';
import { otlpLogs } from './otlp-logs/otlp-logs.source.js';
import { otlpMetrics } from './otlp-metrics/otlp-metrics.source.js';
import { prometheusWrite } from './prometheus-write/prometheus-write.source.js';
import { samples } from './samples/samples.source.js';

/** Every format that comes in: THE list. Of those with one path the first that recognises a body translates it. */
export const sources: readonly Source[] = [
  grafanaWebhook,
  alertmanagerWebhook,
  alertmanagerPush,
  events,
  samples,
  otlpLogs,
  otlpMetrics,
  prometheusWrite,
];

/** The sources of one path. */
export function sourcesOf(path: string): readonly Source[] {
  return sources.filter((source) => source.path === path);
}
