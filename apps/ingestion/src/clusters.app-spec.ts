import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GossipRoundPayload } from '#libs/contracts';
import { ProcessorHost } from '#libs/runtime';
import { type ClusterStandIn, startClusterStandIn, until } from '#libs/testing';
import { type IngestionForSpec, ingestionForSpec } from './ingestion-for-spec.js';

const PATH = '/tocsin/v1/clusters';
let ingestion: IngestionForSpec;

beforeAll(async () => {
  ingestion = await ingestionForSpec();
}, 30_000);

afterAll(() => ingestion?.stop());

const ask = async (path: string, token?: string | null) => {
  const answer = await ingestion.service.request(path, token === undefined ? {} : { token });
  return { status: answer.status, json: (await answer.json()) as any }; // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever is answered
};
const remove = (id: string) => ingestion.service.request(`${PATH}/${encodeURIComponent(id)}`, { method: 'DELETE' });
const registration = (clusterId: string, more: object = {}): object => ({
  clusterId,
  nodes: [{ nodeId: 'n0', endpoint: '127.0.0.1:9' }],
  polling: { enabled: false },
  ...more,
});
const eventsOf = async (clusterId: string) =>
  (await ingestion.events()).filter(({ payload }) => (payload as { clusterId?: string }).clusterId === clusterId);

describe('the registry of clusters', () => {
  it('registers, says anew, lists, and removes, each as an event', async () => {
    const made = await ingestion.post(PATH, registration('one', { name: 'First' }));
    expect(made).toMatchObject({ status: 201, json: { clusterId: 'one', name: 'First', nodes: [{ nodeId: 'n0' }] } });
    expect(await ask(`${PATH}/one`)).toMatchObject({ status: 200, json: made.json });
    const nodes = [{ nodeId: 'n1', endpoint: 'db.example:2113', physicalCores: 4 }];
    expect(await ingestion.post(PATH, { clusterId: 'one', nodes })).toMatchObject({
      status: 200,
      json: { nodes, polling: { enabled: false } },
    });
    expect((await ask(PATH)).json.items.map(({ clusterId }: { clusterId: string }) => clusterId)).toContain('one');
    expect((await remove('one')).status).toBe(204);
    expect((await remove('one')).status).toBe(404);
    expect((await ask(`${PATH}/one`)).status).toBe(404);
    await until(async () => (await eventsOf('one')).length === 3);
    expect((await eventsOf('one')).map(({ name }) => name)).toEqual([
      'ClusterRegistered',
      'ClusterRegistered',
      'ClusterRemoved',
    ]);
  });

  it('learns of clusters from the log too', async () => {
    const payload = registration('told', { name: 'By the log' });
    expect((await ingestion.post('/tocsin/v1/events', { name: 'ClusterRegistered', payload })).status).toBe(202);
    await ingestion.service.app.get(ProcessorHost, { strict: false }).whenCaughtUp('ingestion.clusters');
    expect(await ask(`${PATH}/told`)).toMatchObject({ status: 200, json: { name: 'By the log' } });
    await ingestion.post('/tocsin/v1/events', { name: 'ClusterRemoved', payload: { clusterId: 'told' } });
    await until(async () => (await ask(`${PATH}/told`)).status === 404);
  }, 20_000);

  it('keeps credentials to itself', async () => {
    const polling = { enabled: false, credentials: { username: 'ops', password: 'changeit-now' } };
    const made = await ingestion.post(PATH, registration('sealed', { polling }));
    expect(made).toMatchObject({ status: 201, json: { polling: { hasCredentials: true } } });
    await until(async () => (await eventsOf('sealed')).length === 1);
    expect(JSON.stringify([made.json, await eventsOf('sealed')])).not.toContain('changeit-now');
  });

  it.each([
    ['clusterId', { clusterId: '' }],
    ['clusterId', { clusterId: 7 }],
    ['nodes', { nodes: [] }],
    ['nodes', { nodes: 'n0' }],
    ['nodes', { nodes: Array.from({ length: 17 }, (_, i) => ({ nodeId: `n${i}`, endpoint: 'h:1' })) }],
    ['nodes', { nodes: [1, 2].map(() => ({ nodeId: 'same', endpoint: 'h:1' })) }],
    ['nodes.0.endpoint', { nodes: [{ nodeId: 'n', endpoint: 'http://h/path' }] }],
    ['nodes.0.endpoint', { nodes: [{ nodeId: 'n', endpoint: 'user@h:1' }] }],
    ['nodes.0.physicalCores', { nodes: [{ nodeId: 'n', endpoint: 'h:1', physicalCores: 0 }] }],
    ['polling.scrape', { polling: { scrape: 'all' } }],
    ['polling.other', { polling: { other: 1 } }],
  ])('refuses a wrong %s', async (field, more) => {
    const answer = await ingestion.post(PATH, registration('wrong', more));
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.json.fields)).toContain(field);
  });

  it('is for admins and people; a reader may look, a source may not', async () => {
    const { token: reader } = await ingestion.token({ kind: 'reader' });
    const { token: source } = await ingestion.token({ kind: 'source' });
    expect((await ask(PATH, reader)).status).toBe(200);
    expect((await ingestion.post(PATH, registration('x'), { token: reader })).status).toBe(403);
    expect((await ingestion.post(PATH, registration('x'), { token: source })).status).toBe(403);
    expect((await ask(PATH, null)).status).toBe(401);
  });
});

describe('a registered cluster', () => {
  let standIn: ClusterStandIn;
  beforeAll(async () => {
    standIn = await startClusterStandIn({ nodes: 3 });
  });
  afterAll(() => standIn?.stop());

  const samplesOf = async (kind: string, clusterId: string) =>
    (await ingestion.samples())
      .filter(({ name, payload }) => name === kind && (payload as { clusterId: string }).clusterId === clusterId)
      .map(({ payload }) => payload as any); // eslint-disable-line @typescript-eslint/no-explicit-any -- any sample
  const firstRounds = async (clusterId: string, count: number): Promise<GossipRoundPayload[]> => {
    await until(async () => (await samplesOf('GossipRound', clusterId)).length >= count, { timeout: 15_000 });
    return samplesOf('GossipRound', clusterId) as Promise<GossipRoundPayload[]>;
  };

  it('is asked for gossip, with the followers a moment later, and for figures', async () => {
    await ingestion.post(PATH, { clusterId: 'polled', nodes: standIn.nodes });
    const [round] = await firstRounds('polled', 1);
    expect(round!.views.map(({ nodeId, ok }) => [nodeId, ok])).toEqual([
      ['n0', true],
      ['n1', true],
      ['n2', true],
    ]);
    const { followUp } = round!;
    expect(followUp).toMatchObject({ leaderNodeId: 'n0', followers: [{ nodeId: 'n1' }, { nodeId: 'n2' }] });
    expect(Date.parse(followUp!.startedAt) - Date.parse(round!.at)).toBeGreaterThanOrEqual(1_990);
    for (const { writer } of followUp!.followers) expect(writer).toBeGreaterThanOrEqual(followUp!.leaderWriter);
    await until(async () => (await samplesOf('HostSample', 'polled')).length >= 3);
    const [host] = await samplesOf('HostSample', 'polled');
    expect(host).toMatchObject({
      basis: 'server-stats',
      load: { m1: 0.4 },
      disks: [{ mount: '/data', isDatabase: true }],
    });
    const points = await samplesOf('MetricPoint', 'polled');
    expect(points.map(({ name }) => name)).toContain('eventstore_checkpoints');
    await remove('polled');
  }, 30_000);

  it('that loses a node, or whose views differ, is told of as it is', async () => {
    standIn.cluster.change(2, { down: true });
    await ingestion.post(PATH, { clusterId: 'lost', nodes: standIn.nodes, polling: { scrape: 'stats' } });
    const [round] = await firstRounds('lost', 1);
    expect(round!.views[2]).toMatchObject({ ok: false, error: expect.stringMatching(/./) });
    expect(round!.followUp?.followers.map(({ nodeId }) => nodeId)).toEqual(['n1']);
    await remove('lost');
    standIn.cluster.heal();
    standIn.cluster.split = true;
    await ingestion.post(PATH, { clusterId: 'split', nodes: standIn.nodes, polling: { scrape: 'none' } });
    const [first, again] = await firstRounds('split', 2);
    const apart = Date.parse(again!.at) - Date.parse(first!.at);
    // Two clocks tell of it, each to the millisecond.
    expect(apart).toBeGreaterThanOrEqual(4_990);
    expect(apart).toBeLessThan(12_000);
    expect(again!.roundId).not.toBe(first!.roundId);
    await remove('split');
    standIn.cluster.heal();
  }, 45_000);

  it('that is none, and an address where no database is, are failed queries', async () => {
    const other = `127.0.0.1:${new URL(ingestion.service.url).port}`;
    const nodes = [
      { nodeId: 'other', endpoint: other },
      { nodeId: 'cloud', endpoint: '169.254.169.254:80' },
    ];
    await ingestion.post(PATH, { clusterId: 'none', nodes });
    const [round] = await firstRounds('none', 1);
    expect(round!.views).toMatchObject([
      { ok: false, error: 'status 401' },
      { ok: false, error: expect.stringMatching(/^EFORBIDDEN/) },
    ]);
    await remove('none');
  }, 30_000);
});
