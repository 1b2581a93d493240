import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { partitionOf } from '#libs/core';
import { type IngestionForSpec, ingestionForSpec } from './ingestion-for-spec.js';

let ingestion: IngestionForSpec;

beforeAll(async () => {
  ingestion = await ingestionForSpec();
}, 30_000);

afterAll(() => ingestion?.stop());

function sample(source: string, name: string): string {
  return readFileSync(
    path.join(process.cwd(), 'apps/ingestion/src/sources', source, 'fixtures', `${name}.in.json`),
    'utf8',
  );
}

function alert(name: string, more: object = {}): object {
  return {
    status: 'firing',
    labels: { alertname: name },
    annotations: {},
    startsAt: new Date().toISOString(),
    ...more,
  };
}

const webhook = (...alerts: object[]): object => ({ version: '4', status: 'firing', alerts });

async function recordsOf(partition: string) {
  return (await ingestion.events()).filter(
    ({ payload }) => (payload as { partition?: string }).partition === partition,
  );
}

describe('POST /alerts/{partition}', () => {
  it('puts a real group of Alertmanager on the log, each alert with the status it has', async () => {
    const answer = await ingestion.post('/alerts/mixed', sample('alertmanager-webhook', 'mixed-group'));
    expect(answer).toMatchObject({ status: 200, json: { accepted: 5, rejected: [] } });
    const names = (await recordsOf('mixed')).map(({ name }) => name);
    expect(names).toEqual(['AlertFired', 'AlertFired', 'AlertResolved', 'AlertFired', 'AlertResolved']);
  });

  it('puts firing and resolved of one alert on one partition, with envelope and headers', async () => {
    const { id, token } = await ingestion.token({ name: 'am-1', sourceType: 'alertmanager' });
    for (const name of ['firing', 'resolved']) {
      await ingestion.post('/alerts/one', sample('alertmanager-webhook', name), { token });
    }
    const own = (await ingestion.records()).filter(({ value }) => value!.includes('"partition":"one"'));
    expect(own).toHaveLength(2);
    for (const record of own) {
      const { name, metadata, payload } = JSON.parse(record.value!.toString()) as Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any
      expect(record.key!.toString()).toBe(`${metadata.organizationId}/service/one/p01-dev/etcd/node`);
      expect(record.partition).toBe(partitionOf(record.key!, 12));
      expect(record.headers).toMatchObject({
        name,
        id: metadata.id,
        schemaVersion: '1',
        organizationId: metadata.organizationId,
        traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
      });
      expect(metadata).toMatchObject({ source: 'am-1', sourceId: id, sourceType: 'alertmanager', causationId: null });
      expect(payload.fingerprint).toBe('ef220bd98a7af23e');
    }
  });

  it('takes Grafana by the same path', async () => {
    const answer = await ingestion.post('/alerts/grafana', sample('grafana-webhook', 'firing-and-resolved'));
    expect(answer).toMatchObject({ status: 200, json: { accepted: 2, rejected: [] } });
  });

  it('keeps the good of a group when one is bad', async () => {
    const answer = await ingestion.post(
      '/alerts/group',
      webhook(alert('good'), alert('bad', { labels: {} }), alert('also good')),
    );
    expect(answer).toMatchObject({
      status: 200,
      json: { accepted: 2, rejected: [{ index: 1, reason: 'labels: expected at least one' }] },
    });
    expect(await recordsOf('group')).toHaveLength(2);
  });

  it('answers 400 only when nothing is usable, naming the field', async () => {
    const ahead = new Date(Date.now() + 3_700_000).toISOString();
    const answer = await ingestion.post('/alerts/none', webhook(alert('late', { startsAt: ahead })));
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.json.fields['alerts.0.startsAt']).toMatch(/more than an hour ahead/);
    expect((await ingestion.post('/alerts/none', webhook())).json).toEqual({ accepted: 0, rejected: [] });
    expect(await recordsOf('none')).toEqual([]);
  });

  it.each([['garbage'], ['null'], ['[]'], ['{}'], ['7'], ['']])('answers 400 to %j', async (body) => {
    expect((await ingestion.post('/alerts/none', body)).status).toBe(400);
  });

  it('takes a partition with any letters, and refuses one that is no name', async () => {
    expect((await ingestion.post(`/alerts/${encodeURIComponent('Zürich / 東京')}`, webhook(alert('a')))).status).toBe(
      200,
    );
    expect((await recordsOf('Zürich / 東京'))[0]).toBeDefined();
    for (const partition of ['x'.repeat(201), '%00', 'a%0ab']) {
      expect((await ingestion.post(`/alerts/${partition}`, webhook(alert('a')))).status).toBe(400);
    }
  });
});

describe('POST /alerts/{partition}/api/v2/alerts', () => {
  const push = (partition: string, body: unknown) => ingestion.post(`/alerts/${partition}/api/v2/alerts`, body);

  it('answers 200 without a body, and keeps what Prometheus pushed', async () => {
    const answer = await push('push', sample('alertmanager-push', 'firing'));
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(await recordsOf('push')).toHaveLength(2);
    for (const nothing of ['[]', 'null']) expect(await push('push', nothing)).toMatchObject({ status: 200, text: '' });
  });

  it('keeps the good beside the bad, and answers as Alertmanager does', async () => {
    const answer = await push('push-mixed', [
      { labels: { alertname: 'good' } },
      { labels: { 'a-b': 'x' } },
      { labels: {} },
    ]);
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual(expect.stringContaining('1.labels.a-b: '));
    expect(answer.json).toEqual(expect.stringContaining('2.labels: expected at least one'));
    expect(await recordsOf('push-mixed')).toHaveLength(1);
  });

  it.each([
    ['{}', 400, { code: 400 }],
    ['garbage', 400, { code: 400 }],
    ['[{"labels":{"a":1}}]', 400, { code: 400 }],
    ['[{}]', 422, { code: 602 }],
    ['[{"labels":{"a":"x"},"generatorURL":"not a uri"}]', 422, { code: 601 }],
  ])('answers %j with %i', async (body, status, shape) => {
    expect(await push('push-none', body)).toMatchObject({ status, json: { ...shape, message: expect.any(String) } });
  });

  it('gives an alert one stream and one fingerprint whichever way it comes', async () => {
    const labels = { alertname: 'both', severity: 'critical' };
    await push('both', [{ labels }]);
    await ingestion.post('/alerts/both', webhook(alert('both', { labels })));
    const [pushed, hooked] = await recordsOf('both');
    expect(pushed!.metadata.subject).toBe(hooked!.metadata.subject);
    expect((pushed!.payload as { fingerprint: string }).fingerprint).toBe(
      (hooked!.payload as { fingerprint: string }).fingerprint,
    );
  });
});

describe('beside it', () => {
  it.each([
    ['/-/healthy', 'OK'],
    ['/-/ready', 'OK'],
    ['/api/v2/alerts?active=true&filter=a%3D%22b%22', '[]'],
    ['/api/v2/alerts/groups', '[]'],
    ['/api/v2/silences', '[]'],
    ['/api/v2/receivers', '[{"name":"tocsin"}]'],
  ])('answers %s', async (asked, text) => {
    const answer = await ingestion.service.request(`/alerts/INS${asked}`);
    expect([answer.status, await answer.text()]).toEqual([200, text]);
  });

  it('tells its status in the shape that amtool reads', async () => {
    const answer = await ingestion.service.request('/alerts/INS/api/v2/status');
    expect(await answer.json()).toMatchObject({
      cluster: { status: 'disabled' },
      config: { original: '' },
      uptime: expect.any(String),
      versionInfo: { branch: 'tocsin', version: '0.25.0', goVersion: expect.any(String) },
    });
  });

  it('keeps no silences', async () => {
    expect(await ingestion.post('/alerts/INS/api/v2/silences', {})).toMatchObject({
      status: 400,
      json: expect.stringContaining('silences'),
    });
    expect((await ingestion.service.request('/alerts/INS/api/v2/silence/x')).status).toBe(404);
    expect((await ingestion.service.request('/alerts/INS/api/v2/silence/x', { method: 'DELETE' })).status).toBe(404);
  });
});
