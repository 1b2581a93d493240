import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type SlackMessageSeen, until } from '#libs/testing';
import { startTrial, type Trial } from './trial.js';

/** The samples' own clock: nobody waits for windows. */
const T = Date.now() - 600_000;
const at = (seconds: number): string => new Date(T + seconds * 1000).toISOString();

function sample(seconds: number, usedPercent: number): object {
  return {
    kind: 'HostSample',
    clusterId: 'c1',
    nodeId: 'n1',
    at: at(seconds),
    load: { m1: 0.5, m5: 0.5, m15: 0.5 },
    physicalCores: 4,
    memory: { totalBytes: 1000, availableBytes: 800 },
    disks: [{ mount: '/data', isDatabase: true, totalBytes: 1000, usedBytes: usedPercent * 10 }],
  };
}

interface Incident {
  readonly incidentId: string;
  readonly status: string;
  readonly origin: string;
}

interface Delivery {
  readonly state: string;
}

describe('a cluster in trouble', () => {
  let trial: Trial;

  const incidents = async () => (await trial.get<{ items: Incident[] }>('/tocsin/v1/incidents?origin=issue')).items;
  const messages = (channel: string): readonly SlackMessageSeen[] =>
    trial.slack.messages.filter((message) => message.channel === channel);
  const colours = (): unknown[] => messages('C0TRIAL').map(({ attachments }) => attachments[0]?.['color']);

  beforeAll(async () => {
    trial = await startTrial();
    await trial.post('/tocsin/v1/integrations', {
      description: 'notes',
      data: { sink: 'slack', source: 'notifications', channelId: 'C0NOTES', token: 'xoxb-trial' },
    });
  });
  afterAll(() => trial?.stop());

  it('whose disk is full is an issue, an incident, and one red message', async () => {
    const full = [0, 15, 30, 45].map((seconds) => sample(seconds, 91 + seconds / 15));
    expect(await trial.post('/tocsin/v1/samples', full)).toMatchObject({ accepted: 4 });
    await until(() => colours().length === 1, { timeout: 30_000, what: 'a message' });
    expect(colours()).toEqual(['danger']);
    expect(await incidents()).toMatchObject([
      {
        status: 'open',
        origin: 'issue',
        level: 1,
        startTime: at(30),
        group: 'c1/n1',
        tags: ['cluster=c1', 'node=n1', 'detector=disk-usage', 'subject=n1:/data'],
      },
    ]);
    await until(() => messages('C0TRIAL')[0]?.text.includes('Disk usage of /data on node n1'), { what: 'its words' });
  });

  it('that is well again is a closed incident, and the same message is green', async () => {
    await trial.post('/tocsin/v1/samples', [sample(60, 40)]);
    await until(() => colours()[0] === 'good', { timeout: 30_000, what: 'a green message' });
    expect(colours()).toEqual(['good']);
    expect(trial.slack.callsOf('chat.postMessage')).toHaveLength(1);
    const [incident] = await until(async () => {
      const all = await incidents();
      return all[0]?.status === 'closed' ? all : false;
    });
    expect(incident).toMatchObject({ endTime: at(60), closeReason: 'resolved' });
    const { hops } = await trial.get<{ hops: { kind: string }[] }>(
      `/tocsin/v1/explain?incident=${incident!.incidentId}`,
    );
    expect(hops.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['issue', 'incident', 'delivery']));
  });

  it('that could not be provisioned is one message to those who asked for notifications', async () => {
    const failed = { name: 'ClusterProvisioningFailed', payload: { clusterId: 'c2', reason: 'no capacity' } };
    await trial.post('/tocsin/v1/events', failed);
    await until(() => messages('C0NOTES').length === 1, { timeout: 30_000, what: 'a notification' });
    expect(messages('C0NOTES')).toMatchObject([
      { text: 'Cluster instances failed to provision', attachments: [{ color: 'warning' }] },
    ]);
    expect(messages('C0TRIAL')).toHaveLength(1);
  });

  it('leaves every delivery accounted for', async () => {
    const pending = async () => (await trial.get<{ items: Delivery[] }>('/tocsin/v1/deliveries?state=pending')).items;
    await until(async () => (await pending()).length === 0, { timeout: 30_000, what: 'no delivery is pending' });
    const account = await trial.get<{ states: Record<string, number> }>('/tocsin/v1/deliveries/reconciliation');
    expect(account).toMatchObject({ unaccounted: 0, states: { delivered: expect.any(Number) } });
  });
});
