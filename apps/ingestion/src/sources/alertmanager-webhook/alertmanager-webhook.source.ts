import { defineSource, isObject } from '../../source.js';
import { translateAlerts } from '../../webhook-alert.js';

/**
 * Alertmanager's webhook, payload version 4 (reference assisted-and-ses C1, C2). A later version, or a templated
 * payload that names none, is read the same way: what counts is a list of alerts.
 */
export const alertmanagerWebhook = defineSource({
  name: 'alertmanager-webhook',
  says: 'Groups of alerts from the webhook receiver of Alertmanager.',
  path: '/alerts/{partition}',
  recognises: (body) =>
    isObject(body) && body['version'] !== '1' && (Array.isArray(body['alerts']) || typeof body['version'] === 'string'),
  translate: (body, context) => translateAlerts(body, context),
});
