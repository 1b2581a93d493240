import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '#libs/core';
import { SlackStandIn, type SlackStandInOptions, until } from '#libs/testing';
import { request } from 'undici';
import { type RunningSystem, startSystem } from '../ground/index.js';
import { type Account, all, getJson, takeAccount } from './account.js';
import { type LedgerEntry, type LoadOptions, sendLoad } from './load.js';

/** A whole installation of its own, with a Slack stand-in and one integration, for trials that kill parts of it. */
export interface Trial {
  readonly system: RunningSystem;
  readonly slack: SlackStandIn;
  load(options: Pick<LoadOptions, 'alerts' | 'rate' | 'name' | 'from'>): Promise<readonly LedgerEntry[]>;
  /** The account of a load, once everything has come to rest. */
  account(name: string, ledger: readonly LedgerEntry[]): Promise<Account>;
  /** Whether the read model of incidents answers as before after a rebuild, byte for byte. */
  rebuildsEqual(): Promise<boolean>;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: object): Promise<T>;
  stop(): Promise<void>;
}

const REST_MS = 120_000;
const EPOCH = Date.parse('2026-11-20T09:00:00.000Z');

/** Starts it in a folder that is removed at the end. `env` is added to the processes' environment. */
export async function startTrial(
  env: Readonly<Record<string, string>> = {},
  slackOptions: SlackStandInOptions = {},
): Promise<Trial> {
  const home = mkdtempSync(join(tmpdir(), 'tocsin-trial-'));
  const slack = await SlackStandIn.start(slackOptions);
  const system = await startSystem({
    home,
    env: {
      SLACK_API_URL: slack.apiUrl,
      SLACK_POST_RATE: '1000',
      SLACK_UPDATE_INTERVAL: '1',
      LOG_LEVEL: 'warn',
      ...env,
    },
  });
  const { url, adminToken: token } = system;
  const get = <T>(path: string): Promise<T> => getJson<T>(url, token, path);
  const post = <T>(path: string, body?: object): Promise<T> => postJson<T>(url, token, path, body);
  await post('/tocsin/v1/integrations', {
    description: 'trial',
    data: { sink: 'slack', source: 'issues', channelId: 'C0TRIAL', token: 'xoxb-trial' },
  });
  return {
    system,
    slack,
    get,
    post,
    load: (options) => sendLoad({ url, token, epoch: EPOCH, ...options }),
    account: (name, ledger) => restingAccount({ url, token, name, ledger, slackCalls: slack.calls }, get),
    rebuildsEqual: () => rebuildsEqual(get, post),
    stop: async () => {
      await system.stop();
      await slack.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Waits until every acknowledged alert is where it belongs and no delivery is pending, or the time is over. */
async function restingAccount(options: Parameters<typeof takeAccount>[0], get: Trial['get']): Promise<Account> {
  let account: Account | undefined;
  const settled = async (): Promise<boolean> => {
    const pending = await get<{ items: unknown[] }>('/tocsin/v1/deliveries?state=pending&limit=1').catch(
      () => undefined,
    );
    if (!pending || pending.items.length > 0) return false;
    account = await takeAccount(options).catch(() => undefined);
    return account !== undefined && account.lost.length === 0 && account.unaccounted === 0;
  };
  await until(settled, { timeout: REST_MS }).catch(() => undefined);
  return account ?? takeAccount(options);
}

async function rebuildsEqual(get: Trial['get'], post: Trial['post']): Promise<boolean> {
  const before = await snapshot(get);
  await post('/tocsin/v1/projections/incidents/rebuild');
  await until(
    async () => {
      const { items } = await get<{ items: { name: string; state: string }[] }>('/tocsin/v1/projections');
      return items.filter(({ name }) => name === 'incidents').every(({ state }) => state === 'live');
    },
    { timeout: REST_MS },
  );
  return (await snapshot(get)) === before;
}

async function snapshot(get: Trial['get']): Promise<string> {
  const incidents = await all<{ incidentId: string }>(get, '/tocsin/v1/incidents');
  const timelines: unknown[] = [];
  for (const { incidentId } of incidents) timelines.push(await get(`/tocsin/v1/incidents/${incidentId}/timeline`));
  return canonicalJson({ incidents, timelines });
}

async function postJson<T>(url: string, token: string, path: string, body?: object): Promise<T> {
  const answer = await request(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`POST ${path} answered ${answer.statusCode}: ${text.slice(0, 300)}`);
  return (text ? JSON.parse(text) : undefined) as T;
}
