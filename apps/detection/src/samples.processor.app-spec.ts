import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultTopics, type EventEnvelope } from '#libs/contracts';
import { ManualClock, millisOf } from '#libs/core';
import { type Received } from '#libs/runtime';
import { isTransient, Store } from '#libs/store';
import { testDatabase, type TestDatabase } from '#libs/testing';
import { detectors } from './detectors/index.js';
import { migrations } from './migrations/index.js';
import { samplesProcessor } from './samples.processor.js';
import { StateConflict } from './sql/cells.js';
import { eventOf, type PostedSample, said } from './testing/decide-all.js';
import { host, START } from './testing/episodes.js';
import { randomFrom, telemetry } from './testing/generator.js';

let database: TestDatabase;
let store: Store;
const clock = new ManualClock(START);

beforeAll(async () => {
  database = await testDatabase();
  store = await Store.open({ url: database.url, schema: 'detection', migrations, applicationName: 'spec' });
  await store.migrate();
});

afterAll(async () => {
  await store?.close();
  await database?.drop();
});

const processor = () => samplesProcessor({ topics: defaultTopics, clock, detectors, counted: () => undefined });

/** Samples as records of one partition, of an organisation of the spec's own. */
function records(samples: readonly PostedSample[], partition = 3, organizationId: string = randomUUID()): Received[] {
  return samples.map((sample, offset) => {
    const event = eventOf(sample, offset);
    return {
      event: { ...event, metadata: { ...event.metadata, organizationId } },
      position: { topic: 'telemetry-stream', partition, offset },
      timestamp: millisOf(sample.at),
      known: true,
    };
  });
}

class Abandoned extends Error {}

/** One batch in one transaction; `lost` rolls it back at the end, as a crash would. */
async function decide(one: ReturnType<typeof processor>, batch: readonly Received[], lost = false) {
  const events: EventEnvelope[] = [];
  const emit = (event: EventEnvelope): void => void events.push(event);
  const after = await store.transaction(async (tx) => {
    const done = await one.apply(batch, { tx, emit });
    if (lost) throw new Abandoned();
    return done;
  });
  after?.();
  return events;
}

async function sweep(one: ReturnType<typeof processor>, partition: number, watermark: number) {
  const events: EventEnvelope[] = [];
  const next = await store.transaction((tx) =>
    one.sweep!(partition, watermark, { tx, emit: (event) => void events.push(event) }),
  );
  return { events, next };
}

describe('batches', () => {
  it('may be cut anywhere, lost and tried again, and decided by another process: the same events', async () => {
    const organizationId = randomUUID();
    const samples = telemetry({ seed: 77, hours: 1, nodes: 3 });
    const whole = await decide(processor(), records(samples, 3, organizationId));
    expect(whole.length).toBeGreaterThan(5);
    await store.query('delete from cell where organization_id = $1', [organizationId]);
    const random = randomFrom(78);
    const pieces: EventEnvelope[] = [];
    let one = processor();
    for (let rest = records(samples, 3, organizationId); rest.length > 0;) {
      const batch = rest.splice(0, 1 + Math.floor(random() * 60));
      if (random() < 0.2) await expect(decide(one, batch, true)).rejects.toThrow(Abandoned);
      if (random() < 0.2) one = processor();
      pieces.push(...(await decide(one, batch)));
    }
    expect(pieces).toEqual(whole);
  }, 60_000);
});

describe('a process that lost its partition', () => {
  it('cannot write what it remembers, and decides afresh once it has it again', async () => {
    const [first, second] = [processor(), processor()];
    const all = records([0, 15, 30, 45].map((t) => host(t, { disk: 90 })));
    await decide(first, all.slice(0, 1));
    await decide(second, all.slice(1, 3));
    const stale = decide(first, all.slice(3));
    await expect(stale).rejects.toThrow(StateConflict);
    expect(isTransient(await stale.catch((error: unknown) => error))).toBe(true);
    expect(said(await decide(first, all.slice(3)), START)).toEqual(['observed n1:/data @45']);
  });
});

describe('a sweep', () => {
  it('tells who stays away, once, with the ids that the next sample would have given', async () => {
    const organizationId = randomUUID();
    const heard = records(
      [0, 15, 30].map((t) => host(t)),
      5,
      organizationId,
    );
    const back = {
      ...records([host(900)], 5, organizationId)[0]!,
      position: { topic: 'telemetry-stream', partition: 5, offset: 3 },
    };
    const one = processor();
    await decide(one, heard);
    const early = await sweep(one, 5, START + 330_000);
    expect(early.events).toEqual([]);
    expect(early.next).toBe(START + 360_000);
    const { events, next } = await sweep(one, 5, START + 360_000);
    expect(said(events, START)).toEqual(['opened n1 @330']);
    expect(next).toBe(Infinity);
    expect((await sweep(one, 5, START + 900_000)).events).toEqual([]);
    const closed = await decide(one, [back]);
    expect(said(closed, START)).toEqual(['closed n1 @900']);
    await store.query('delete from cell where organization_id = $1', [organizationId]);
    const unswept = await decide(processor(), [...heard, back]);
    expect(unswept.map(({ metadata, payload }) => [metadata.id, payload])).toEqual(
      [...events, ...closed].map(({ metadata, payload }) => [metadata.id, payload]),
    );
  });
});

describe('many clusters', () => {
  it('take memory only as far as they are in use', async () => {
    const samples = Array.from({ length: 3000 }, (_, index) => host(0, { clusterId: `c${index}`, load: 90 }));
    const one = processor();
    const batch = records(samples, 7);
    expect(await decide(one, batch)).toHaveLength(3000);
    expect(await decide(one, batch)).toEqual([]);
    expect(await decide(processor(), batch)).toEqual([]);
  }, 60_000);
});
