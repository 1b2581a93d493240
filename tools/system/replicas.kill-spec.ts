import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Account } from './account.js';
import { startTrial, type Trial } from './trial.js';

const ALERTS = 400;
const RATE = 40;

describe('two of every service, one of each killed under load', () => {
  let trial: Trial;
  let account: Account;

  beforeAll(async () => {
    trial = await startTrial({ REPLICAS: '2' });
    const loading = trial.load({ name: 'replicas', alerts: ALERTS, rate: RATE });
    for (const name of [
      'incidents',
      'delivery-slack-2',
      'integrations',
      'ingestion-2',
      'delivery-slack',
      'incidents-2',
    ]) {
      await trial.system.killAndWait(name);
    }
    account = await trial.account('replicas', await loading);
  }, 300_000);
  afterAll(() => trial?.stop());

  it('runs two of each', () => {
    expect(Object.keys(trial.system.pids())).toEqual(
      expect.arrayContaining(['ingestion', 'ingestion-2', 'incidents-2', 'integrations-2', 'delivery-slack-2']),
    );
  });

  it('the account still balances', () => {
    expect(account).toMatchObject({ acked: ALERTS, lost: [], double: [], unaccounted: 0 });
  });

  it('the read model is what a rebuild makes of the log', async () => {
    expect(await trial.rebuildsEqual()).toBe(true);
  });
});
