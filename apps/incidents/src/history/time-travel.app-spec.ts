import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { canonicalJson, instantOfMillis, ManualClock } from '#libs/core';
import { createTestService, type TestService } from '#libs/testing';
import { type Caller, type CommandResult, IncidentCommands } from '../commands/incident-commands.js';
import { incidentsService } from '../service.js';
import { firstTenantOf } from '../testing/alerts.js';

const COMMANDS = 2_000;
const BEGIN = Date.UTC(2026, 10, 20, 9);
const STEP = 3_600_000 / COMMANDS;

const clock = new ManualClock(BEGIN);
let service: TestService;
let commands: IncidentCommands;
let glue: Caller;
let person: Caller;
let seed = 20261120;

/** A number from 0 to below `n`, the same in every run. */
function pick(n: number): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((seed / 2_147_483_648) * n);
}

const now = (): number => clock.millis();
const source = { id: 's1', pk: 2, name: 'nav1', type: 'nav' };
const known: { pk: number; isOpen: boolean }[] = [];

/** One command: two in ten open, most of the others change what is open, some tell of the past. */
async function act(n: number): Promise<void> {
  const some = known[pick(known.length)];
  if (!some || pick(10) < 2) return opened(n);
  const { pk } = some;
  const past = instantOfMillis(Math.max(BEGIN, now() - pick(1_200_000)));
  const said = { timestamp: past, description: `said ${n}` };
  const ways: (() => Promise<CommandResult>)[] = [
    () => commands.post(glue, pk, { type: 'END', timestamp: instantOfMillis(now()) }),
    () => commands.post(glue, pk, { type: 'END', ...said }),
    () => commands.post(glue, pk, { type: 'RES', timestamp: instantOfMillis(now()) }),
    () => commands.post(person, pk, { type: 'CLO', timestamp: instantOfMillis(now() + 300_000) }),
    () => commands.post(person, pk, { type: 'REO' }),
    () => commands.post(glue, pk, { type: 'OTH', ...said }),
    () => commands.acknowledge(person, pk, { expiration: instantOfMillis(now() + pick(900_000)) }),
    () => commands.acknowledge(person, pk, { timestamp: past, expiration: null }),
    () => commands.change(glue, pk, { level: 1 + pick(5), description: `changed ${n}` }),
    () => commands.change(glue, pk, { metadata: { n, of: [pick(3)] }, ticketUrl: `https://t.example.org/${n}` }),
    () => commands.addTag(person, pk, `team=t${pick(4)}`),
  ];
  await ways[pick(ways.length)]!();
}

async function opened(n: number): Promise<void> {
  const start = now() - (pick(4) === 0 ? pick(1_800_000) : 0) + (pick(20) === 0 ? 120_000 : 0);
  const ends = [undefined, undefined, undefined, null, instantOfMillis(start + 60_000)];
  const result = await commands.open(glue, {
    source,
    startTime: instantOfMillis(start),
    endTime: ends[pick(ends.length)],
    sourceIncidentId: `id ${n}`,
    description: `incident ${n}`,
    level: 1 + pick(5),
    tags: [`host=h${pick(5)}`, `n=${n}`],
  });
  if (!result.refusal) known.push({ pk: result.incident.pk, isOpen: true });
}

const LISTS = [
  '?limit=1000',
  '?limit=1000&order=asc',
  '?limit=1000&status=open',
  '?limit=1000&status=closed,stateless&level=2',
  '?limit=1000&minLevel=3&tag=host%3Dh1',
  '?limit=1000&tag=team%3Dt2',
];

const read = async (path: string): Promise<{ status: number; text: string }> => {
  const answer = await service.request(`/tocsin/v1/incidents${path}`);
  return { status: answer.status, text: canonicalJson(await answer.json()) };
};
const asOf = (path: string, at: string, more = ''): string =>
  `${path}${path.includes('?') ? '&' : '?'}asOf=${encodeURIComponent(at)}${more}`;

interface Poll {
  readonly at: string;
  readonly path: string;
  readonly answer: { status: number; text: string };
}

const polls: Poll[] = [];

async function poll(): Promise<void> {
  const at = clock.now();
  const pk = known[pick(known.length)]?.pk ?? 1;
  const paths = [LISTS[pick(LISTS.length)]!, '?limit=1000', `/${pk}`, `/${pk}/timeline?limit=1000`];
  for (const path of paths) polls.push({ at, path, answer: await read(path) });
}

beforeAll(async () => {
  service = await createTestService(incidentsService, { overrides: { clock } });
  commands = service.app.get(IncidentCommands);
  const tenant = await firstTenantOf(service);
  glue = { ...tenant, by: { userPk: 4, username: 'nav1', kind: 'source' }, superuser: false };
  person = { ...tenant, by: { userPk: 7, username: 'jane', kind: 'person' }, superuser: true };
  for (let n = 1; n <= COMMANDS; n++) {
    clock.advance(STEP);
    await act(n);
    if (n % 40 === 0) {
      clock.advance(1);
      await poll();
    }
  }
}, 300_000);

afterAll(() => service?.stop());

describe('asking again as of the times of an hour of 2,000 commands', () => {
  it('answers what was answered then, canonical byte for byte', async () => {
    expect(known.length).toBeGreaterThan(300);
    for (const { at, path, answer } of polls) {
      const again = await read(asOf(path, at));
      expect({ at, path, ...again }).toEqual({ at, path, ...answer });
    }
  }, 300_000);

  it('has nothing of before it was known, though it had begun', async () => {
    expect(await read(asOf('?limit=1000', instantOfMillis(BEGIN)))).toMatchObject({
      text: '{"cursor":null,"items":[]}',
    });
    const text = (await read(asOf('?limit=1000', instantOfMillis(BEGIN), '&known=now'))).text;
    const { items } = JSON.parse(text) as { items: { startTime: string; timeline?: unknown }[] };
    expect(items.length).toBeGreaterThan(0);
    expect(items.every(({ startTime }) => startTime <= instantOfMillis(BEGIN))).toBe(true);
  });

  it('at the present both ways of knowing say what is said now, but for what is still to happen', async () => {
    clock.advance(3_600_000);
    const present = clock.now();
    for (const path of LISTS) {
      const live = await read(path);
      expect(await read(asOf(path, present))).toEqual(live);
      expect(await read(asOf(path, present, '&known=now'))).toEqual(live);
    }
  });

  it('knows today of what happened late, and pages through it in a stable order', async () => {
    const at = instantOfMillis(BEGIN + 1_800_000);
    const whole = JSON.parse((await read(asOf('?limit=1000', at, '&known=now'))).text) as { items: { pk: number }[] };
    const then = JSON.parse((await read(asOf('?limit=1000', at))).text) as { items: { pk: number }[] };
    expect(whole).not.toEqual(then);
    for (const [way, wanted] of [['&known=now', whole] as const, ['', then] as const]) {
      const seen: { pk: number }[] = [];
      let cursor: string | null = null;
      do {
        // The moment is in the cursor; saying it again changes nothing.
        const path: string = cursor === null ? asOf('?limit=7', at, way) : `?limit=7&cursor=${cursor}`;
        const page = JSON.parse((await read(path)).text) as { items: { pk: number }[]; cursor: string | null };
        seen.push(...page.items);
        ({ cursor } = page);
      } while (cursor !== null);
      expect(seen).toEqual(wanted.items);
    }
  });

  it('refuses what is no moment, and cursors of another one', async () => {
    expect((await read('?asOf=yesterday')).status).toBe(400);
    expect((await read(asOf('?limit=5', clock.now(), '&known=later'))).status).toBe(400);
    const { cursor } = JSON.parse((await read(asOf('?limit=5', clock.now()))).text) as { cursor: string };
    expect((await read(asOf(`?limit=5&cursor=${cursor}`, instantOfMillis(BEGIN)))).status).toBe(400);
    expect((await read(`?limit=5&cursor=${cursor}&known=now`)).status).toBe(400);
    expect((await read(asOf('/99999999', clock.now()))).status).toBe(404);
  });
});
