import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClusterRegistered, ClusterRemoved, type EventEnvelope, VolumeExpansionFailed } from '#libs/contracts';
import { EventLog, EventPublisher } from '#libs/event-stream';
import { RuntimeConfig } from '#libs/runtime';
import { createTestService, testInstallation, type TestInstallation, type TestService, until } from '#libs/testing';
import { detectionService } from './service.js';
import { said } from './testing/decide-all.js';
import { at, every, gossip, host, START } from './testing/episodes.js';
import { eventsOf, firstTenantOf, publishEvent, publishSamples, settled, type Tenant } from './testing/log-for-spec.js';

const ISSUES = ['IssueOpened', 'IssueObserved', 'IssueClosed'];

let installation: TestInstallation;
let service: TestService;
let tenant: Tenant;

beforeAll(async () => {
  installation = await testInstallation();
  service = await createTestService(detectionService, { installation });
  tenant = await firstTenantOf(service);
}, 60_000);

afterAll(async () => {
  await service?.stop();
  await installation?.drop();
});

async function issuesOf(clusterId: string): Promise<EventEnvelope[]> {
  const events = await eventsOf(service, ...ISSUES);
  return events.filter(({ payload }) => (payload as { clusterId: string }).clusterId === clusterId);
}

const ids = (events: readonly EventEnvelope[]): string[] => events.map(({ metadata }) => metadata.id);

/** An hour of trouble: a busy node, a full disk, a dead node. */
function trouble(clusterId: string) {
  const hosts = every(15, 0, 300).flatMap((t) => [
    host(t, { clusterId, nodeId: 'n0', load: t >= 60 && t <= 90 ? 12 : 1 }),
    host(t, { clusterId, nodeId: 'n1', disk: t >= 60 && t <= 180 ? 95 : 40 }),
  ]);
  const dead = { silent: ['n2'], differs: { n0: { n2: { alive: false } }, n1: { n2: { alive: false } } } };
  const rounds = every(30, 0, 600).map((t) => gossip(t, { clusterId, ...(t >= 60 && t <= 300 ? dead : {}) }));
  return [...hosts, ...rounds];
}

describe('samples', () => {
  it('become issues on the log, with their sequences, once', async () => {
    await publishSamples(service, tenant, trouble('c-first'));
    await settled(service);
    const events = await issuesOf('c-first');
    const turns = said(events, START).filter((one) => !one.startsWith('observed'));
    expect(turns.sort()).toEqual(
      [
        'opened n0 @60',
        'closed n0 @150',
        'opened n1:/data @105',
        'closed n1:/data @195',
        'opened c-first @60',
        'closed c-first @330',
        'opened n2 @240',
        'closed n2 @480',
      ].sort(),
    );
    expect(new Set(ids(events)).size).toBe(events.length);
    const sequences = new Map<string, number[]>();
    for (const { payload } of events) {
      const { issueId, sequence } = payload as { issueId: string; sequence: number };
      sequences.set(issueId, [...(sequences.get(issueId) ?? []), sequence]);
    }
    for (const own of sequences.values()) expect(own).toEqual(own.map((_, index) => index + 1));
    expect(events[0]?.metadata).toMatchObject({ ...tenant, source: 'detection', subject: 'cluster/c-first' });
  }, 60_000);

  it('sent again change nothing', async () => {
    const before = ids(await issuesOf('c-first'));
    await publishSamples(service, tenant, trouble('c-first'));
    await settled(service);
    expect(ids(await issuesOf('c-first'))).toEqual(before);
  }, 60_000);

  it('lie on the log bare, for the first organisation', async () => {
    const value = JSON.stringify(host(0, { clusterId: 'c-bare', load: 40 }));
    const { telemetry } = service.app.get(RuntimeConfig).topics;
    await service.app.get(EventPublisher).publish([{ topic: telemetry, key: 'c-bare', value, headers: {} }]);
    await settled(service);
    expect(said(await issuesOf('c-bare'), START)).toEqual(['opened n1 @0']);
  }, 60_000);

  it('that cannot be read, or are refused by a rule, are a dead letter each and hold nobody up', async () => {
    const { telemetry, deadLetters } = service.app.get(RuntimeConfig).topics;
    const bad = [
      '{',
      JSON.stringify({ ...host(0, { clusterId: 'c-bad' }), physicalCores: 0 }),
      JSON.stringify({ name: 'HostSample', payload: {} }),
      JSON.stringify(host(0, { clusterId: 'c-\u0000' })),
    ];
    const headers = {};
    const records = [...bad, JSON.stringify(host(0, { clusterId: 'c-bad', load: 40 }))];
    const publisher = service.app.get(EventPublisher);
    await publisher.publish(records.map((value) => ({ topic: telemetry, key: 'c-bad', value, headers })));
    await settled(service);
    expect(said(await issuesOf('c-bad'), START)).toEqual(['opened n1 @0']);
    const state = await service.app.get(EventLog).topic(deadLetters);
    expect(state!.partitions.reduce((sum, { high }) => sum + high, 0)).toBe(bad.length);
  }, 60_000);
});

describe('settings', () => {
  it('count from an offset on, and are an event', async () => {
    const calm = every(15, 0, 60).map((t) => host(t, { clusterId: 'c-set', load: 6 }));
    await publishSamples(service, tenant, calm);
    await settled(service);
    const json = { clusterId: 'c-set', settings: { perCore: 1 } };
    const answer = await service.request('/tocsin/v1/detectors/core-load/settings', { method: 'PUT', json });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      revision: 1,
      settings: { perCore: 1, windowSeconds: 60 },
      defaults: { perCore: 2 },
    });
    await publishSamples(service, tenant, [host(75, { clusterId: 'c-set', load: 6 })]);
    await settled(service);
    expect(said(await issuesOf('c-set'), START)).toEqual(['opened n1 @75']);
    expect((await eventsOf(service, 'DetectorConfigured'))[0]?.payload).toMatchObject({
      ...json,
      detector: 'core-load',
    });
  }, 60_000);

  it.each([
    [{ settings: { percore: 1 } }, 'settings.percore'],
    [{ settings: { perCore: 'x' } }, 'settings.perCore'],
    [{ settings: { perCore: -1 } }, 'settings.perCore'],
    [{ settings: 3 }, 'settings'],
    [{}, 'settings'],
  ])('are refused with the field named: %j', async (json, field) => {
    const answer = await service.request('/tocsin/v1/detectors/core-load/settings', { method: 'PUT', json });
    expect(answer.status).toBe(400);
    expect(Object.keys(((await answer.json()) as { fields: object }).fields)).toContain(field);
  });

  it('of an unknown detector are not found', async () => {
    const answer = await service.request('/tocsin/v1/detectors/x/settings', { method: 'PUT', json: { settings: {} } });
    expect(answer.status).toBe(404);
  });
});

describe('a cluster that is removed', () => {
  it('closes its issues, and counts for nothing until it is registered again', async () => {
    const clusterId = 'c-gone';
    await publishSamples(service, tenant, [host(0, { clusterId, load: 40 })]);
    await settled(service);
    await publishEvent(service, tenant, ClusterRemoved, { clusterId }, at(30));
    await settled(service);
    await publishSamples(service, tenant, [host(60, { clusterId, load: 40 })]);
    await settled(service);
    const events = await issuesOf(clusterId);
    expect(said(events, START)).toEqual(['opened n1 @0', 'closed n1 @30']);
    expect(events[1]?.payload).toMatchObject({ reason: 'subject removed', closedAt: at(30), sequence: 2 });
    for (const time of [90, 100, 110]) {
      await publishEvent(service, tenant, ClusterRegistered, { clusterId, nodes: [] }, at(time));
    }
    await settled(service);
    const { rows } = await service.store!.query('select at, removed from cluster_turn order by at');
    expect(rows).toEqual([
      { at: at(30), removed: true },
      { at: at(90), removed: false },
    ]);
    await publishSamples(service, tenant, [host(120, { clusterId, load: 40 })]);
    await settled(service);
    expect(said(await issuesOf(clusterId), START)).toEqual(['opened n1 @0', 'closed n1 @30', 'opened n1 @120']);
  }, 60_000);
});

describe('a failure of a cluster', () => {
  it('raises one notification, also when it is read again', async () => {
    const failure = { clusterId: 'c-vol', reason: 'quota', details: { region: 'eu' } };
    const cause = await publishEvent(service, tenant, VolumeExpansionFailed, failure, at(0));
    await settled(service);
    const raised = await eventsOf(service, 'NotificationRaised');
    expect(raised).toHaveLength(1);
    expect(raised[0]).toMatchObject({
      payload: { clusterId: 'c-vol', kind: 'volume-expansion-failed', message: 'Cluster volumes failed to provision' },
      metadata: { causationId: cause.metadata.id, ...tenant },
    });
  }, 60_000);

  it('that no rule is for raises nothing, and is shown', async () => {
    const { events: topic } = service.app.get(RuntimeConfig).topics;
    const value = JSON.stringify({ name: 'ClusterMigrationFailed', payload: { clusterId: 'c-odd' } });
    await service.app.get(EventPublisher).publish([{ topic, key: 'x', value, headers: {} }]);
    await settled(service);
    const answer = await service.request('/tocsin/v1/notification-rules/unruled');
    expect(await answer.json()).toMatchObject({
      items: [{ clusterId: 'c-odd', name: 'ClusterMigrationFailed', count: 1 }],
      cursor: null,
    });
  }, 60_000);
});

/** Stops the service, does `meanwhile`, and starts it again. */
async function restarted(meanwhile: () => Promise<unknown>): Promise<void> {
  await service.stop();
  await meanwhile();
  service = await createTestService(detectionService, { installation });
  await settled(service);
}

describe('a process that was killed', () => {
  it('goes on in the middle of an episode', async () => {
    const clusterId = 'c-again';
    const samples = every(15, 0, 120).map((t) => host(t, { clusterId, disk: t <= 60 ? 90 : 50 }));
    await publishSamples(service, tenant, samples.slice(0, 2));
    await settled(service);
    await restarted(() => Promise.resolve());
    await publishSamples(service, tenant, samples.slice(2));
    await settled(service);
    expect(said(await issuesOf(clusterId), START)).toEqual([
      'opened n1:/data @30',
      'observed n1:/data @45',
      'observed n1:/data @60',
      'closed n1:/data @75',
    ]);
  }, 60_000);
});

describe('a lost database', () => {
  it('gives the same events again, settings and removals included', async () => {
    const names = [...ISSUES, 'NotificationRaised'];
    const before = await eventsOf(service, ...names);
    await service.store!.query('drop schema detection cascade');
    await restarted(() => Promise.resolve());
    const said = await until(async () => {
      const all = await eventsOf(service, ...names);
      return all.length >= 2 * before.length && all;
    });
    const first = new Map(before.map((event) => [event.metadata.id, event.payload]));
    expect(before.length).toBeGreaterThan(20);
    expect(said).toHaveLength(2 * before.length);
    for (const { metadata, payload } of said) expect(payload).toEqual(first.get(metadata.id));
  }, 120_000);
});
