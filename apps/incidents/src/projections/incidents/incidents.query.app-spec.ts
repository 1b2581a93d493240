import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { instantOfMillis } from '#libs/core';
import { Store } from '#libs/store';
import { testDatabase, type TestDatabase } from '#libs/testing';
import fc from 'fast-check';
import { type Incident } from '../../incident/incident.js';
import { migrations } from '../../migrations/index.js';
import { startAfresh } from '../../rebuild/registry.js';
import { liveTables } from '../../rebuild/writers.js';
import { type IncidentDocument, incidentAt } from './incidents.document.js';
import { writeInline } from './incidents.inline.js';
import { type IncidentEnvelope } from './incidents.projection.js';
import { countIncidents, findIncidents, type IncidentFilter } from './incidents.query.js';
import { incidentsReadModel } from './incidents.read-model.js';

const ORGANIZATION = randomUUID();
const START = Date.UTC(2026, 10, 20, 9);
const minute = (n: number): string => instantOfMillis(START + n * 60_000);
const NOW = minute(100);
const TAGS = ['host=sw1', 'host=sw2', 'site=a', 'site=b', 'odd="\\', 'empty='];
const COUNT = 300;

let database: TestDatabase;
let store: Store;
let all: readonly IncidentDocument[];

beforeAll(async () => {
  database = await testDatabase();
  store = await Store.open({ url: database.url, schema: 'incidents', migrations, applicationName: 'spec' });
  await store.migrate();
  await store.transaction((tx) => startAfresh(tx, incidentsReadModel, undefined));
  const incidents = fc.sample(incident, { numRuns: COUNT, seed: 7 }).map((own, n) => ({ ...own, pk: n + 1 }));
  await store.transaction(async (tx) => {
    const tableOf = (await liveTables(tx, incidentsReadModel))!;
    const decided = incidents.map((one) => ({ organizationId: ORGANIZATION, incident: one, events: [said(one)] }));
    await writeInline(tx, tableOf, decided);
  });
  all = incidents.map((one) => incidentAt(one, NOW));
}, 60_000);

afterAll(async () => {
  await store?.close();
  await database?.drop();
});

const time = fc.integer({ min: 0, max: 200 }).map(minute);
const incident: fc.Arbitrary<Incident> = fc
  .record({
    stateful: fc.boolean(),
    startTime: fc.integer({ min: 0, max: 90 }).map(minute),
    end: fc.option(time),
    level: fc.integer({ min: 1, max: 5 }),
    description: fc.constantFrom('sw1 is DOWN', 'disk 50% full', 'a_b'),
    tags: fc.subarray(TAGS),
    source: fc.constantFrom({ pk: 1, name: 'nav1', type: 'nav' }, { pk: 2, name: 'zino', type: 'zino' }),
    sourceIncidentId: fc.constantFrom('', '42', '43'),
    origin: fc.constantFrom('api', 'alert'),
    ticketUrl: fc.constantFrom('', 'http://t/1'),
    expirations: fc.array(fc.option(time), { maxLength: 2 }),
  })
  .map(({ end, expirations, stateful, tags, source, ...own }) => ({
    ...own,
    incidentId: randomUUID(),
    pk: 0,
    sequence: 1,
    stateful,
    ...(stateful && end !== null ? { endTime: end } : {}),
    tags: tags.map((tag) => ({ tag, addedBy: 4, addedTime: NOW })),
    source: { id: `s${source.pk}`, ...source },
    detailsUrl: '',
    metadata: {},
    acks: expirations.map((expiration, pk) => ({ pk: pk + 1, expiration })),
    latest: own.startTime,
    openedAt: own.startTime,
    updatedAt: own.startTime,
    recent: [],
  }));

function said({ incidentId, pk, startTime }: Incident): IncidentEnvelope {
  const payload = { incidentId, pk, sequence: 1, timestamp: startTime, type: 'OTH', description: 'Jane looked' };
  const metadata = { id: randomUUID(), time: startTime, recordedAt: startTime, organizationId: ORGANIZATION };
  return { name: 'IncidentNoted', payload, metadata } as unknown as IncidentEnvelope;
}

const filter: fc.Arbitrary<Omit<IncidentFilter, 'now'>> = fc.record(
  {
    status: fc.subarray(['open', 'closed', 'stateless']),
    open: fc.boolean(),
    acked: fc.boolean(),
    stateful: fc.boolean(),
    ticket: fc.boolean(),
    hideClosedAcked: fc.boolean(),
    minLevel: fc.integer({ min: 1, max: 5 }),
    tags: fc.subarray(TAGS, { maxLength: 2 }),
    anyTags: fc.subarray(TAGS, { minLength: 1 }),
    minDuration: fc.constantFrom(0, 1, 30, 80),
    pks: fc.array(fc.integer({ min: 1, max: COUNT + 9 }), { maxLength: 150 }),
    sourcePks: fc.subarray([1, 2, 3]),
    sourceNames: fc.subarray(['nav1', 'none']),
    sourceTypes: fc.subarray(['nav', 'zino']),
    sourceIncidentId: fc.constantFrom('42', 'none', ''),
    from: time,
    to: time,
    endFrom: time,
    endTo: time,
    endIsNull: fc.boolean(),
    search: fc.constantFrom('', 'down', 'SW1 jane', '50%', 'a_b', 'x', '%', '_'),
  },
  { requiredKeys: [] },
);

const ends = ({ endTime }: IncidentDocument): string => (endTime === 'infinity' ? '9999' : (endTime ?? ''));

/** The same in plain words of JavaScript (reference argus.md 1.3). */
const rules: { [K in keyof IncidentFilter]-?: (value: never, one: IncidentDocument) => boolean } = {
  now: () => true,
  withDeleted: () => true,
  status: (wanted: string[], { status }) => wanted.includes(status),
  open: (wanted: boolean, { status, open }) => status !== 'stateless' && open === wanted,
  acked: (wanted: boolean, { acked }) => acked === wanted,
  stateful: (wanted: boolean, { stateful }) => stateful === wanted,
  ticket: (wanted: boolean, { ticketUrl }) => (ticketUrl !== '') === wanted,
  hideClosedAcked: (hide: boolean, { status, acked }) => !(hide && status === 'closed' && acked),
  level: (wanted: number, { level }) => level === wanted,
  minLevel: (least: number, { level }) => level <= least,
  tags: (wanted: string[], { tags }) => wanted.every((tag) => tags.some((one) => one.tag === tag)),
  anyTags: (wanted: string[], { tags }) => {
    const keys = new Set(wanted.map((tag) => tag.split('=')[0]!));
    return [...keys].every((key) => tags.some(({ tag }) => tag.startsWith(`${key}=`) && wanted.includes(tag)));
  },
  minDuration: (minutes: number, one) => {
    if (minutes === 0) return true;
    const end = ends(one) < NOW ? ends(one) : NOW;
    return one.stateful && (Date.parse(end) - Date.parse(one.startTime)) / 60_000 >= minutes;
  },
  tokenExpiry: () => true,
  pks: (pks: number[], { pk }) => pks.includes(pk),
  sourcePks: (pks: number[], { source }) => pks.includes(source.pk!),
  sourceNames: (names: string[], { source }) => names.includes(source.name),
  sourceTypes: (types: string[], { source }) => types.includes(source.type),
  source: () => true,
  origin: (wanted: string[], { origin }) => wanted.includes(origin),
  sourceIncidentId: (id: string, one) => one.sourceIncidentId === id,
  from: (at: string, { startTime }) => startTime >= at,
  to: (at: string, { startTime }) => startTime <= at,
  endFrom: (at: string, one) => one.stateful && ends(one) >= at,
  endTo: (at: string, one) => one.stateful && ends(one) <= at,
  endIsNull: (wanted: boolean, { stateful }) => stateful !== wanted,
  search: (words: string, { description }) =>
    words.split(' ').every((word) => `${description}\nJane looked`.toLowerCase().includes(word.toLowerCase())),
};

const holds = (narrowed: object, one: IncidentDocument): boolean =>
  Object.entries(narrowed).every(([name, value]) => rules[name as keyof IncidentFilter](value as never, one));

describe('the list of incidents', () => {
  it('is what its filters say, any of them together', async () => {
    await fc.assert(
      fc.asyncProperty(filter, async (narrowed) => {
        const wanted = all.filter((one) => holds(narrowed, one)).map(({ pk }) => pk);
        const asked = { now: NOW, ...narrowed };
        const found = await findIncidents(store, ORGANIZATION, asked, { order: 'desc', limit: COUNT });
        expect(found.map(({ incident: { pk } }) => pk).sort((a, b) => a - b)).toEqual(wanted);
        expect(await countIncidents(store, ORGANIZATION, asked)).toBe(wanted.length);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it('shows each as it was decided', async () => {
    const found = await findIncidents(store, ORGANIZATION, { now: NOW }, { order: 'asc', limit: COUNT });
    const byPk = new Map(found.map(({ incident: one }) => [one.pk, one]));
    for (const one of all) expect(byPk.get(one.pk)).toEqual(one);
  });

  it.each(['asc', 'desc'] as const)('goes on %s where a page ended, ties included', async (order) => {
    const seen: number[] = [];
    let after: readonly [string, string] | undefined;
    do {
      const page = await findIncidents(store, ORGANIZATION, { now: NOW, open: true }, { order, limit: 7, after });
      seen.push(...page.map(({ incident: { pk } }) => pk));
      const last = page.at(-1);
      after = last && [last.startTime, last.id];
    } while (after);
    expect([...seen].sort((a, b) => a - b)).toEqual(all.filter(({ open }) => open).map(({ pk }) => pk));
  });

  it('is empty for another organisation', async () => {
    expect(await findIncidents(store, randomUUID(), { now: NOW }, { order: 'desc', limit: 9 })).toEqual([]);
  });
});
