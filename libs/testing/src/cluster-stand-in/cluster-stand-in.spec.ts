import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ClusterStandIn, startClusterStandIn } from './index.js';

let standIn: ClusterStandIn;
beforeEach(async () => {
  standIn = await startClusterStandIn({ nodes: 3 });
});
afterEach(() => standIn.stop());

interface Member {
  readonly state: string;
  readonly isAlive: boolean;
  readonly writerCheckpoint: number;
}

const ask = async (i: number, path: string): Promise<Response> => fetch(`http://${standIn.nodes[i]!.endpoint}${path}`);
const membersOf = async (i: number): Promise<readonly Member[]> =>
  ((await (await ask(i, '/gossip')).json()) as { members: Member[] }).members;
const tell = (path: string, body: object = {}): Promise<Response> =>
  fetch(`${standIn.controlUrl}${path}`, { method: 'POST', body: JSON.stringify(body) });

describe('a stand-in cluster', () => {
  it('agrees on one leader, with all alive', async () => {
    for (const i of [0, 1, 2]) {
      expect((await membersOf(i)).map(({ state, isAlive }) => [state, isAlive])).toEqual([
        ['Leader', true],
        ['Follower', true],
        ['Follower', true],
      ]);
    }
  });

  it('loses a node, and elects another leader', async () => {
    await tell('/nodes/0', { down: true });
    await expect(ask(0, '/gossip')).rejects.toThrow();
    expect((await membersOf(1)).map(({ state, isAlive }) => [state, isAlive])).toEqual([
      ['Follower', false],
      ['Leader', true],
      ['Follower', true],
    ]);
    await tell('/heal');
    expect((await membersOf(0)).every(({ isAlive }) => isAlive)).toBe(true);
  });

  it('splits, lags, and cannot reach one another', async () => {
    await tell('/split', { on: true });
    const leaders = async (i: number) => (await membersOf(i)).findIndex(({ state }) => state === 'Leader');
    expect([await leaders(0), await leaders(1), await leaders(2)]).toEqual([0, 1, 1]);
    await tell('/heal');
    await tell('/nodes/2', { lagBytes: 100_000, unreachable: [1] });
    const [leader, other, behind] = await membersOf(2);
    expect(behind!.writerCheckpoint).toBeLessThan(leader!.writerCheckpoint);
    expect(other!.isAlive).toBe(false);
  });

  it('tells of full disks and high load in both ways', async () => {
    await tell('/nodes/1', { usedDiskPercent: 93, load1: 7.5 });
    expect(await (await ask(1, '/stats?group=false')).json()).toMatchObject({
      'sys-drive-/data-usage': '93%',
      'sys-loadavg-1m': 7.5,
    });
    expect(await (await ask(1, '/metrics')).text()).toContain('eventstore_sys_load_avg{period="1m"} 7.5 ');
    expect(
      (await (await ask(1, '/admin/logs')).text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toHaveLength(2);
  });

  it('says what it can be told', async () => {
    expect((await tell('/other')).status).toBe(404);
    expect((await tell('/nodes/9', {})).status).toBe(404);
    expect((await fetch(standIn.controlUrl, { method: 'POST', body: '[' })).status).toBe(400);
    expect(await (await fetch(standIn.controlUrl)).json()).toMatchObject({ leader: 0, split: false });
  });
});
