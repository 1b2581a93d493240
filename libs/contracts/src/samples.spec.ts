import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { alertSubject, fingerprintOf, type Labels, observationOf } from './alert.js';

interface Sample {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly fingerprint?: string;
}

/** What a real Alertmanager 0.25 and a real Prometheus sent. */
function alertsOf(file: string): Sample[] {
  const json = JSON.parse(readFileSync(path.resolve('libs/contracts/fixtures/alertmanager', file), 'utf8')) as
    Sample[] | { alerts: Sample[] };
  return Array.isArray(json) ? json : json.alerts;
}

const webhooks = [
  'alertmanager-webhook-firing.json',
  'alertmanager-webhook-mixed-group.json',
  'alertmanager-webhook-resolved.json',
];
const pushes = ['alertmanager-v2-push-firing.json', 'alertmanager-v2-push-resolved.json'];

describe('alerts as real senders sent them', () => {
  it.each(webhooks)('%s: our fingerprint is the one that Alertmanager gave', (file) => {
    const alerts = alertsOf(file);
    expect(alerts.map(({ labels }) => fingerprintOf(labels))).toEqual(alerts.map(({ fingerprint }) => fingerprint));
  });

  it('pushed and by webhook are one alert', () => {
    const pushed = alertsOf(pushes[0]!).map(({ labels }) => fingerprintOf(labels));
    expect(pushed).toContain(alertsOf(webhooks[0]!)[0]!.fingerprint);
  });

  it.each([...webhooks, ...pushes])('%s: all alerts of one service have one subject', (file) => {
    const subjects = alertsOf(file).map(({ labels }) => alertSubject('INS', labels));
    expect(new Set(subjects)).toEqual(new Set(['service/INS/p01-dev/etcd/node']));
  });

  it.each([...webhooks, ...pushes])('%s: each says a status', (file) => {
    for (const { labels, annotations } of alertsOf(file)) {
      expect(observationOf(labels, annotations)).toEqual({
        platform: 'p01-dev',
        service: 'etcd',
        facet: 'node',
        status: labels['status'],
        description: labels['description'],
        location: annotations['location'],
      });
    }
  });
});
