import { randomUUID } from 'node:crypto';
import { AlertFired, AlertResolved, type EventEnvelope, makeEvent } from '#libs/contracts';
import { millisOf } from '#libs/core';
import { type Received } from '#libs/runtime';
import { minute as at } from './alerts.js';

const labels = {
  alertname: 'ServiceDown',
  platform: 'p1',
  service: 'etcd',
  facet: 'node',
  status: 'down',
  description: 'no answer',
  severity: 'critical',
};
const annotations = { location: '10.0.0.1:2379', summary: 'scrape failed' };

/** For specs: alerts of an organisation of its own, as a processor gets them; times are minutes of 2026-11-20T09:00Z. */
export function world() {
  const organizationId = randomUUID();
  let offset = 0;
  const received = (event: EventEnvelope, said: string, partition = 3): Received => ({
    event,
    position: { topic: 'events-stream', partition, offset: offset++ },
    timestamp: millisOf(said),
    known: true,
  });
  const origin = (time: string) => ({
    id: randomUUID(),
    time,
    recordedAt: time,
    source: 'am',
    organizationId,
    projectId: 'p1',
    sourceId: 'token-1',
    sourceType: 'alertmanager',
  });
  return {
    organizationId,
    fired: (
      start: number,
      {
        expires,
        own = {},
        said = start,
        partition,
      }: { expires?: number; own?: object; said?: number; partition?: number } = {},
    ) =>
      received(
        makeEvent(
          AlertFired,
          {
            partition: 'INS',
            labels: { ...labels, ...own },
            annotations,
            startsAt: at(start),
            generatorURL: 'http://prom/g',
            ...(expires === undefined ? {} : { expiresAt: at(expires) }),
          },
          origin(at(start)),
        ),
        at(said),
        partition,
      ),
    resolved: (start: number, end: number, own: object = {}) =>
      received(
        makeEvent(
          AlertResolved,
          { partition: 'INS', labels: { ...labels, ...own }, annotations, startsAt: at(start), endsAt: at(end) },
          origin(at(end)),
        ),
        at(end),
      ),
  };
}
