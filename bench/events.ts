import { AlertFired, type EventEnvelope, headersOf, keyOf } from '#libs/contracts';
import { type OutgoingRecord } from '#libs/event-stream';
import { randomUUID } from 'node:crypto';

const ORGANIZATION = randomUUID();
const PROJECT = randomUUID();

/** `count` alerts of 1,000 services as they lie on the log: some 900 bytes of JSON and five headers each. */
export function alertRecords(topic: string, count: number): OutgoingRecord[] {
  return Array.from({ length: count }, (_, at) => {
    const event = alertEvent(at);
    return { topic, key: keyOf(event), value: JSON.stringify(event), headers: headersOf(event) };
  });
}

function alertEvent(at: number): EventEnvelope {
  const id = randomUUID();
  const time = new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString();
  const service = `service-${at % 1000}`;
  const labels = { alertname: 'HighErrorRate', severity: 'critical', platform: 'prod', service, facet: 'http' };
  const payload = {
    partition: 'main',
    fingerprint: at.toString(16).padStart(16, '0'),
    labels: { ...labels, status: 'down', description: 'Too many errors', instance: `10.0.0.${at % 250}:8080` },
    annotations: { summary: `${service} answers with errors`, runbook_url: 'https://runbooks.example.org/errors' },
    startsAt: time,
    generatorURL: 'https://prometheus.example.org/graph?g0.expr=rate',
  };
  return {
    name: AlertFired.name,
    payload,
    metadata: {
      id,
      time,
      recordedAt: time,
      source: 'alertmanager',
      subject: `service/main/prod/${service}/http`,
      organizationId: ORGANIZATION,
      projectId: PROJECT,
      correlationId: id,
      causationId: null,
      schemaVersion: 1,
      versions: { ingestion: '0.1.0' },
    },
  };
}

/** `count` records as the reference's figures were taken with: 428 bytes of JSON in 17 fields, no headers. */
export function plainRecords(topic: string, count: number): OutgoingRecord[] {
  return Array.from({ length: count }, (_, at) => {
    const fields = Object.fromEntries(
      Array.from({ length: 16 }, (__, field) => [`field${field}`, `${at + field}`.padStart(12, '0')]),
    );
    const value = JSON.stringify({ id: at, ...fields });
    return { topic, key: `key-${at % 1000}`, value: value.padEnd(428), headers: {} };
  });
}
