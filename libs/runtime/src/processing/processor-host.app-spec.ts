import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '#libs/core';
import { headersOf, keyOf } from '#libs/contracts';
import { MemoryEventLog } from '#libs/event-stream';
import { readCheckpoints } from '#libs/store';
import { until } from '#libs/testing';
import { type ProcessorDefinition, type Received, type RecordProcessorDefinition } from '../processor.js';
import { eventOf, type ProcessingGround, processingGround, tenants, topics } from './ground.for-spec.js';
import { ProcessorStrategy } from './nest-strategy.js';
import { type StoreOutboxRelay } from './outbox-relay.js';
import { type HostOptions, ProcessorHost } from './processor-host.js';

let ground: ProcessingGround;
let relay: StoreOutboxRelay;
let eventLog: MemoryEventLog;
let hosts: ProcessorHost[] = [];
let serial = 0;
const clock = new ManualClock(Date.now());

beforeAll(async () => {
  ground = await processingGround();
  relay = ground.startRelay();
  eventLog = new MemoryEventLog(ground.memory);
});

beforeEach(() => {
  serial += 1;
});

afterEach(async () => {
  await Promise.all(hosts.map((host) => host.stopAll()));
  hosts = [];
});

afterAll(() => ground.close());

function hostOf(over: Partial<HostOptions> = {}): ProcessorHost {
  const { store, log, metrics } = ground;
  const onFatal = (error: Error) => {
    throw error;
  };
  const host = new ProcessorHost({
    ...{ eventLog, store, relay, tenants, clock, topics, version: '1', metrics, log, onFatal },
    ...over,
  });
  hosts.push(host);
  return host;
}

const nameOf = (what: string) => `app.${what}${serial}`;

/** Takes events called `name` and remembers what it got. */
function collector(name: string, over: Partial<ProcessorDefinition> = {}) {
  const seen: Received[] = [];
  const definition: ProcessorDefinition = {
    name: nameOf(name),
    topic: topics.events,
    handles: new Set([`Said${serial}`]),
    apply: (batch) => Promise.resolve(void seen.push(...batch)),
    ...over,
  };
  return {
    definition,
    seen,
    ns: () => seen.map(({ event }) => (event.payload as { n: number }).n).sort((a, b) => a - b),
  };
}

const said = (n: number) => eventOf(`Said${serial}`, n);

function publish(...events: ReturnType<typeof eventOf>[]): void {
  ground.memory.append(
    events.map((event) => ({
      topic: topics.events,
      key: keyOf(event),
      value: JSON.stringify(event),
      headers: headersOf(event),
    })),
  );
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('a host', () => {
  it('hands a processor everything on its topic, before and after the start', async () => {
    const { definition, ns } = collector('all');
    publish(...range(0, 30).map(said));
    const host = hostOf();
    await host.start(definition);
    await host.whenCaughtUp(definition.name);
    publish(...range(30, 60).map(said));
    await host.whenCaughtUp();
    expect(ns()).toEqual(range(0, 60));
  });

  it('goes on where it stopped, and remembers what was none of its business', async () => {
    const first = collector('resume');
    const host = hostOf();
    publish(said(1), ...range(0, 40).map((n) => eventOf('Other', n)));
    await host.start(first.definition);
    await host.whenCaughtUp();
    await host.stop(first.definition.name);
    const rows = await readCheckpoints(ground.store, first.definition.name, topics.events);
    const state = ground.memory.state(topics.events)!.partitions;
    for (const { partition, high } of state) {
      expect(rows.find((row) => row.partition === partition)?.nextOffset ?? 0).toBe(high);
    }
    const second = collector('resume');
    publish(said(2));
    await host.start(second.definition);
    await host.whenCaughtUp();
    expect(second.ns()).toEqual([2]);
  });

  it('runs a chain: what one processor emits another one handles', async () => {
    const second = collector('second', { handles: new Set([`Echo${serial}`]) });
    const first = collector('first', {
      apply: (batch, unit) => {
        for (const { event } of batch) unit.emit(eventOf(`Echo${serial}`, (event.payload as { n: number }).n));
        return Promise.resolve();
      },
    });
    const host = hostOf();
    await host.start(first.definition);
    await host.start(second.definition);
    publish(...range(0, 20).map(said));
    await until(() => second.seen.length === 20);
    expect(second.ns()).toEqual(range(0, 20));
  });

  it('tells how far its processors are', async () => {
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { definition } = collector('lag', { apply: () => gate });
    const host = hostOf();
    publish(said(1));
    await host.start(definition);
    const lagging = () => host.status()[0]!.partitions.reduce((sum, { lagEvents }) => sum + lagEvents, 0);
    await until(() => lagging() > 0);
    release();
    await host.whenCaughtUp();
    await until(() => lagging() === 0);
    expect(host.status()).toMatchObject([{ name: definition.name, topic: topics.events, alive: true }]);
    expect(host.status()[0]!.partitions).toHaveLength(12);
    expect(host.healthy()).toBe(true);
    await until(async () =>
      (await ground.metrics.text()).includes(`processor_lag_events{processor="${definition.name}"`),
    );
  });

  it('does not start the same processor twice, nor know one that does not run', async () => {
    const host = hostOf();
    const { definition } = collector('twice');
    await host.start(definition);
    await expect(host.start(definition)).rejects.toThrow('runs already');
    await expect(host.whenCaughtUp('app.nobody')).rejects.toThrow('no processor app.nobody');
    await host.stop('app.nobody');
  });

  it('shares the partitions with another one, and takes over when that stops', async () => {
    const seen = [collector('shared'), collector('shared')] as const;
    const [one, two] = [hostOf(), hostOf()];
    await one.start(seen[0].definition);
    await two.start(seen[1].definition);
    publish(...range(0, 100).map(said));
    await Promise.all([one.whenCaughtUp(), two.whenCaughtUp()]);
    await one.stopAll();
    publish(...range(100, 150).map(said));
    await two.whenCaughtUp();
    const all = [...seen[0].ns(), ...seen[1].ns()].sort((a, b) => a - b);
    expect(all).toEqual(range(0, 150));
    expect(seen[0].seen.length).toBeGreaterThan(0);
    expect(seen[1].seen.length).toBeGreaterThan(50);
  });

  it('reports an error that ends a processor for good', async () => {
    const fatal: Error[] = [];
    const { definition } = collector('fatal');
    const host = hostOf({ onFatal: (error) => void fatal.push(error) });
    publish(said(1));
    await host.start(definition);
    await host.whenCaughtUp();
    await host.stop(definition.name);
    await ground.store.query(`update checkpoint set topic_id = 'another' where processor = $1`, [definition.name]);
    await host.start(definition);
    await until(() => fatal.length === 1);
    expect(fatal[0]).toMatchObject({ name: 'TopicRecreated' });
    expect(host.healthy()).toBe(false);
  });

  it('is not healthy while a partition is stopped', async () => {
    const { definition } = collector('poisoned', { apply: () => Promise.reject(new Error('bad deploy')) });
    const host = hostOf();
    await host.start(definition);
    publish(...range(0, 120).map((n) => ({ ...said(n), metadata: { ...said(n).metadata, subject: 'one partition' } })));
    await until(() => host.status()[0]!.partitions.some(({ stopped }) => stopped !== undefined));
    expect(host.healthy()).toBe(false);
  });
});

describe('a sweep', () => {
  it('comes with the present where all is read', async () => {
    const watermarks = new Map<number, number>();
    const { definition } = collector('sweep', {
      sweep: (partition, watermark) => Promise.resolve(void watermarks.set(partition, watermark)),
    });
    const host = hostOf();
    publish(...range(0, 50).map(said));
    await host.start(definition);
    await host.whenCaughtUp();
    clock.advance(3_600_000);
    await until(() => watermarks.size === 12 && [...watermarks.values()].every((each) => each === clock.millis()));
  });

  it('comes with the last record’s time where more is to be read, and not at all where nobody knows', async () => {
    const watermarks: number[] = [];
    const { definition } = collector('behind', {
      apply: (batch) =>
        batch.some(({ event }) => (event.payload as { n: number }).n === 2) ? Promise.reject(transient()) : done(),
      sweep: (_, watermark) => Promise.resolve(void watermarks.push(watermark)),
    });
    const host = hostOf();
    const inOne = (n: number) => ({ ...said(n), metadata: { ...said(n).metadata, subject: `behind ${serial}` } });
    publish(inOne(1));
    await host.start(definition);
    await host.whenCaughtUp();
    const last = Math.max(...ground.records(topics.events).map(({ timestamp }) => timestamp));
    publish(inOne(2));
    clock.advance(7_200_000);
    watermarks.length = 0;
    await until(() => watermarks.some((each) => each <= last));
    expect(watermarks.every((each) => each <= last || each === clock.millis())).toBe(true);
  });

  it('that fails is tried again, and said in the log', async () => {
    let tries = 0;
    const { definition } = collector('failing', { sweep: () => Promise.reject(new Error(`no ${++tries}`)) });
    const host = hostOf();
    publish(said(1));
    await host.start(definition);
    await until(() => tries >= 2);
    expect(ground.log.lines.some(({ level, fields }) => level === 'error' && fields['reason'] === 'no 1')).toBe(true);
  });
});

describe('a processor of raw records', () => {
  it('gets every record of its topic; one it cannot take is passed, not written about again', async () => {
    const seen: string[] = [];
    const definition: RecordProcessorDefinition = {
      name: nameOf('letters'),
      topic: topics.deadLetters,
      applyRecords: (records) => {
        if (records.some(({ value }) => value?.toString() === 'bad')) throw new Error('cannot');
        seen.push(...records.map(({ value }) => value?.toString() ?? 'null'));
        return Promise.resolve();
      },
    };
    const host = hostOf();
    for (const value of ['a', 'bad', 'b'])
      ground.memory.appendRaw(topics.deadLetters, { partition: 0, value: Buffer.from(value) });
    await host.start(definition);
    await host.whenCaughtUp();
    await relay.whenDrained();
    expect(seen).toEqual(expect.arrayContaining(['a', 'b']));
    expect(
      ground.records(topics.deadLetters).filter(({ headers }) => headers['x-orig-topic'] === topics.deadLetters),
    ).toEqual([]);
  });
});

describe('the Nest strategy', () => {
  it('starts the processors when it listens, and drains them when it closes', async () => {
    const { definition, ns } = collector('nest');
    const host = hostOf();
    const strategy = new ProcessorStrategy(host, () => [definition]);
    publish(said(1));
    await new Promise<void>((resolve, reject) => strategy.listen((error) => (error ? reject(error) : resolve())));
    await host.whenCaughtUp();
    expect(ns()).toEqual([1]);
    expect(strategy.unwrap()).toBe(host);
    await strategy.close();
    expect(host.status()).toEqual([]);
  });

  it('says so when a processor cannot start', async () => {
    const { definition } = collector('nest-twice');
    const strategy = new ProcessorStrategy(hostOf(), () => [definition, definition]);
    const error = await new Promise((resolve) => strategy.listen(resolve));
    expect(error).toMatchObject({ message: expect.stringContaining('runs already') });
  });
});

const done = () => Promise.resolve();
const transient = () => Object.assign(new Error('no disk'), { code: '53100' });
