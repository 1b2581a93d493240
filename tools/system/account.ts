import { type SlackCall } from '#libs/testing';
import { request } from 'undici';
import { type LedgerEntry } from './load.js';

/** What became of a load. Every list is empty when the promises were kept. */
export interface Account {
  readonly acked: number;
  /** Acknowledged alerts without an incident, or with one in the wrong state. */
  readonly lost: readonly string[];
  /** Alerts with more than one incident, or more than one Slack post without an `ambiguous` delivery. */
  readonly double: readonly string[];
  readonly ambiguous: number;
  readonly states: Readonly<Record<string, number>>;
  readonly unaccounted: number;
}

interface Incident {
  readonly incidentId: string;
  readonly status: string;
  readonly tags: readonly string[];
}

/** Holds the ledger of a load against the incidents, the deliveries and what Slack was told. */
export async function takeAccount(options: {
  url: string;
  token: string;
  name: string;
  ledger: readonly LedgerEntry[];
  slackCalls: readonly Pick<SlackCall, 'method' | 'body'>[];
}): Promise<Account> {
  const get = <T>(path: string): Promise<T> => getJson<T>(options.url, options.token, path);
  const incidents = (await all<Incident>(get, '/tocsin/v1/incidents')).filter((incident) =>
    incident.tags.includes(`load=${options.name}`),
  );
  const byNumber = grouped(incidents, (incident) => numberOf(incident));
  const posts = grouped(
    options.slackCalls.filter((call) => call.method === 'chat.postMessage'),
    (call) => new RegExp(`load ${options.name} number (\\d+)`).exec(call.body)?.[1] ?? '',
  );
  const deliveries = await all<{ state: string; incidentId?: string }>(get, '/tocsin/v1/deliveries');
  const doubted = new Set(deliveries.filter(({ state }) => state === 'ambiguous').map(({ incidentId }) => incidentId));
  const lost: string[] = [];
  const double: string[] = [];
  for (const entry of options.ledger) {
    const number = String(entry.number);
    const found = byNumber.get(number) ?? [];
    if (entry.firedAckAt === undefined) continue;
    if (found.length === 0) lost.push(`${number}: no incident`);
    const expected = entry.resolvedAckAt === undefined ? 'open' : 'closed';
    if (found[0] && found[0].status !== expected) lost.push(`${number}: ${found[0].status}, expected ${expected}`);
    if (found.length > 1) double.push(`${number}: ${found.length} incidents`);
    const posted = posts.get(number)?.length ?? 0;
    if (posted > 1 && !doubted.has(found[0]?.incidentId)) double.push(`${number}: ${posted} Slack posts`);
  }
  const reconciliation = await get<{ states: Record<string, number>; unaccounted: number }>(
    '/tocsin/v1/deliveries/reconciliation',
  );
  return {
    acked: options.ledger.filter((entry) => entry.firedAckAt !== undefined).length,
    lost,
    double,
    ambiguous: doubted.size,
    states: reconciliation.states,
    unaccounted: reconciliation.unaccounted,
  };
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

function numberOf(incident: Incident): string {
  return incident.tags.find((tag) => tag.startsWith('number='))?.slice('number='.length) ?? '';
}

/** Every item of a list of ours, page by page. */
export async function all<T>(get: <P>(path: string) => Promise<P>, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '?limit=1000' : `?limit=1000&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: T[]; cursor: string | null } = await get(`${path}${query}`);
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  return items;
}

/** The JSON answer of a GET. @throws when the status is not 200. */
export async function getJson<T>(url: string, token: string, path: string): Promise<T> {
  const answer = await request(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`GET ${path} answered ${answer.statusCode}: ${text.slice(0, 300)}`);
  return JSON.parse(text) as T;
}
