import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '#libs/testing';
import { repositoryRoot } from '../ground/repository.js';
import { type Logged, readEvents } from './read-events.js';
import { startTrial, type Trial } from './trial.js';

const sample = (name: string): object =>
  JSON.parse(readFileSync(join(repositoryRoot, 'tools/system/fixtures', `${name}.json`), 'utf8')) as object;

interface Incident {
  readonly incidentId: string;
  readonly status: string;
  readonly startTime: string;
  readonly endTime: string | null;
  readonly tags: readonly string[];
  readonly sourceIncidentId: string;
}

interface Delivery {
  readonly state: string;
  readonly incidentId: string;
  readonly receipt?: { readonly channel: string; readonly ts: string };
}

describe('one signal through the whole system', () => {
  let trial: Trial;
  let events: readonly Logged[];

  const incident = async (): Promise<Incident | undefined> =>
    (await trial.get<{ items: Incident[] }>('/tocsin/v1/incidents')).items[0];
  const colours = (): unknown[] => trial.slack.messages.map((message) => message.attachments[0]?.['color']);
  const deliveries = async (): Promise<readonly Delivery[]> =>
    (await trial.get<{ items: Delivery[] }>('/tocsin/v1/deliveries')).items;
  const named = (name: string): readonly Logged[] => events.filter(({ event }) => event.name === name);

  beforeAll(async () => {
    trial = await startTrial();
    expect(await trial.post('/alerts/INS', sample('alertmanager-webhook-firing'))).toMatchObject({ accepted: 1 });
    await until(() => colours().length === 1, { timeout: 30_000 });
  });
  afterAll(() => trial?.stop());

  it('a firing alert is an open incident and one red message', async () => {
    expect(await incident()).toMatchObject({
      status: 'open',
      startTime: '2026-11-20T09:38:13.321Z',
      endTime: null,
      tags: expect.arrayContaining(['alertname=ServiceDown', 'severity=critical', 'platform=p01-dev']),
      sourceIncidentId: expect.stringContaining('ef220bd98a7af23e'),
    });
    expect(colours()).toEqual(['danger']);
    expect(await trial.get('/tocsin/v1/services/INS')).toMatchObject({
      items: [{ platform: 'p01-dev', service: 'etcd', facet: 'node', location: '127.0.0.1:18473', status: 'down' }],
    });
  });

  it('repeated, it changes nothing', async () => {
    await trial.post('/alerts/INS', sample('alertmanager-webhook-firing'));
    const pushed = await trial.post('/alerts/INS/api/v2/alerts', [firstPushed()]);
    expect(pushed).toBeUndefined();
    await trial.post('/alerts/INS', { ...sample('alertmanager-webhook-firing') });
    expect((await trial.get<{ items: unknown[] }>('/tocsin/v1/incidents')).items).toHaveLength(1);
    expect(colours()).toEqual(['danger']);
  });

  it('resolved, the incident is closed and the same message is green', async () => {
    await trial.post('/alerts/INS', sample('alertmanager-webhook-resolved'));
    await until(() => colours()[0] === 'good', { timeout: 30_000 });
    expect(colours()).toEqual(['good']);
    expect(trial.slack.callsOf('chat.postMessage')).toHaveLength(1);
    await until(async () => (await incident())?.status === 'closed', { timeout: 30_000 });
    expect(await incident()).toMatchObject({ endTime: '2026-11-20T09:38:23.321Z' });
    expect(await trial.get('/tocsin/v1/services/INS')).toMatchObject({ items: [{ status: 'up' }] });
  });

  it('every delivery has its receipt, and nothing is unaccounted', async () => {
    const done = async (): Promise<boolean> => {
      const all = await deliveries();
      return all.length === 2 && all.every(({ state }) => state === 'delivered');
    };
    await until(done, { timeout: 30_000 });
    const [message] = trial.slack.messages;
    for (const { receipt } of await deliveries()) {
      expect(receipt).toMatchObject({ channel: message?.channel, ts: message?.ts });
    }
    expect(await trial.get('/tocsin/v1/deliveries/reconciliation')).toMatchObject({ pairs: 2, unaccounted: 0 });
  });

  it('lies on events-stream as one chain, each transition once', async () => {
    events = await readEvents(`127.0.0.1:${trial.system.kafkaPort}`);
    for (const name of ['IncidentOpened', 'IncidentClosed']) expect(named(name)).toHaveLength(1);
    expect(named('ServiceStatusChanged').map(({ event }) => event.payload)).toMatchObject([
      { status: 'down' },
      { status: 'up', previousStatus: 'down' },
    ]);
    const fired = named('AlertFired')[0]?.event.metadata.id;
    const opened = named('IncidentOpened')[0]?.event.metadata;
    expect(opened).toMatchObject({ causationId: fired, correlationId: fired });
    expect(named('DeliveryRecorded')[0]?.event.payload).toMatchObject({ eventId: opened?.id, rootEventId: fired });
  });

  it('takes the hops that the README names, in places that exist', () => {
    const hops = hopsOfReadme();
    expect(hops.length).toBeGreaterThanOrEqual(8);
    for (const { file, name } of hops) {
      expect(existsSync(join(repositoryRoot, file))).toBe(true);
      expect(readFileSync(join(repositoryRoot, file), 'utf8')).toMatch(new RegExp(`\\b${name}\\b\\s*[(<=:{]`));
    }
  });
});

function firstPushed(): unknown {
  const [alert] = sample('alertmanager-v2-push-firing') as unknown as Record<string, unknown>[];
  return { ...alert, endsAt: new Date(Date.now() + 3_600_000).toISOString() };
}

/** The `file:function` pairs of the section "Follow one signal through the code". */
function hopsOfReadme(): { file: string; name: string }[] {
  const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');
  const section = /## Follow one signal through the code\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? '';
  return [...section.matchAll(/`((?:apps|libs)\/[^`:]+):([A-Za-z]\w*)`/g)].map(([, file = '', name = '']) => ({
    file,
    name,
  }));
}
