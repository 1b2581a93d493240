import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readCheckpoints } from '#libs/store';
import { until } from '#libs/testing';
import { Metrics } from '../metrics/metrics.js';
import { type RecordProcessorDefinition } from '../processor.js';
import { eventOf, topics } from './ground.for-spec.js';
import { type HostingGround, hostingGround, range } from './hosting.for-spec.js';
import { ProcessorStrategy } from './nest-strategy.js';

let ground: HostingGround;

beforeAll(async () => {
  ground = await hostingGround();
});

beforeEach(() => ground.anew());

afterAll(() => ground.close());

describe('a host', () => {
  it('hands a processor everything on its topic, before and after the start', async () => {
    const { definition, ns } = ground.collector('all');
    ground.publish(...range(0, 30).map((n) => ground.said(n)));
    const host = ground.hostOf();
    await host.start(definition);
    await host.whenCaughtUp(definition.name);
    ground.publish(...range(30, 60).map((n) => ground.said(n)));
    await host.whenCaughtUp();
    expect(ns()).toEqual(range(0, 60));
  });

  it('goes on where it stopped, and remembers what was none of its business', async () => {
    const first = ground.collector('resume');
    const host = ground.hostOf();
    ground.publish(ground.said(1), ...range(0, 40).map((n) => eventOf('Other', n)));
    await host.start(first.definition);
    await host.whenCaughtUp();
    await host.stop(first.definition.name);
    const rows = await readCheckpoints(ground.store, first.definition.name, topics.events);
    const state = ground.memory.state(topics.events)!.partitions;
    for (const { partition, high } of state) {
      expect(rows.find((row) => row.partition === partition)?.nextOffset ?? 0).toBe(high);
    }
    const second = ground.collector('resume');
    ground.publish(ground.said(2));
    await host.start(second.definition);
    await host.whenCaughtUp();
    expect(second.ns()).toEqual([2]);
  });

  it('runs a chain: what one processor emits another one handles', async () => {
    const second = ground.collector('second', { handles: new Set([ground.eventName('Echo')]) });
    const first = ground.collector('first', {
      apply: (batch, unit) => {
        for (const { event } of batch) unit.emit(eventOf(ground.eventName('Echo'), (event.payload as { n: number }).n));
        return Promise.resolve();
      },
    });
    const host = ground.hostOf();
    await host.start(first.definition);
    await host.start(second.definition);
    ground.publish(...range(0, 20).map((n) => ground.said(n)));
    await until(() => second.seen.length === 20);
    expect(second.ns()).toEqual(range(0, 20));
  });

  it('tells how far its processors are', async () => {
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { definition } = ground.collector('lag', { apply: () => gate });
    const metrics = new Metrics();
    const host = ground.hostOf({ metrics });
    ground.publish(ground.said(1));
    await host.start(definition);
    const lagging = () => host.status()[0]!.partitions.reduce((sum, { lagEvents }) => sum + lagEvents, 0);
    await until(() => lagging() > 0);
    release();
    await host.whenCaughtUp();
    await until(() => lagging() === 0);
    expect(host.status()).toMatchObject([{ name: definition.name, topic: topics.events, alive: true }]);
    expect(host.status()[0]!.partitions).toHaveLength(12);
    expect(host.healthy()).toBe(true);
    expect(await metrics.text()).toContain(`processor_lag_events{processor="${definition.name}",partition="0"} 0`);
  });

  it('does not start the same processor twice, nor know one that does not run', async () => {
    const host = ground.hostOf();
    const { definition } = ground.collector('twice');
    await host.start(definition);
    await expect(host.start(definition)).rejects.toThrow('runs already');
    await expect(host.whenCaughtUp('app.nobody')).rejects.toThrow('no processor app.nobody');
    await host.stop('app.nobody');
  });

  it('shares the partitions with another one, and takes over when that stops', async () => {
    const seen = [ground.collector('shared'), ground.collector('shared')] as const;
    const [one, two] = [ground.hostOf(), ground.hostOf()];
    await one.start(seen[0].definition);
    await two.start(seen[1].definition);
    ground.publish(...range(0, 100).map((n) => ground.said(n)));
    await Promise.all([one.whenCaughtUp(), two.whenCaughtUp()]);
    await one.stopAll();
    ground.publish(...range(100, 150).map((n) => ground.said(n)));
    await two.whenCaughtUp();
    const all = [...seen[0].ns(), ...seen[1].ns()].sort((a, b) => a - b);
    expect(all).toEqual(range(0, 150));
    expect(seen[0].seen.length).toBeGreaterThan(0);
    expect(seen[1].seen.length).toBeGreaterThan(50);
  });

  it('reports an error that ends a processor for good', async () => {
    const fatal: Error[] = [];
    const { definition } = ground.collector('fatal');
    const host = ground.hostOf({ onFatal: (error) => void fatal.push(error) });
    ground.publish(ground.said(1));
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
    const { definition } = ground.collector('poisoned', { apply: () => Promise.reject(new Error('bad deploy')) });
    const host = ground.hostOf();
    await host.start(definition);
    ground.publish(...range(0, 120).map((n) => ground.said(n, 'one partition')));
    await until(() => host.status()[0]!.partitions.some(({ stopped }) => stopped !== undefined));
    expect(host.healthy()).toBe(false);
  });
});

describe('a processor of raw records', () => {
  it('gets every record of its topic; one it cannot take is passed, not written about again', async () => {
    const seen: string[] = [];
    const definition: RecordProcessorDefinition = {
      name: ground.nameOf('letters'),
      topic: topics.deadLetters,
      applyRecords: (records) => {
        if (records.some(({ value }) => value?.toString() === 'bad')) throw new Error('cannot');
        seen.push(...records.map(({ value }) => value?.toString() ?? 'null'));
        return Promise.resolve();
      },
    };
    const host = ground.hostOf();
    for (const value of ['a', 'bad', 'b'])
      ground.memory.appendRaw(topics.deadLetters, { partition: 0, value: Buffer.from(value) });
    await host.start(definition);
    await host.whenCaughtUp();
    await ground.relay.whenDrained();
    expect(seen).toEqual(expect.arrayContaining(['a', 'b']));
    expect(
      ground.records(topics.deadLetters).filter(({ headers }) => headers['x-orig-topic'] === topics.deadLetters),
    ).toEqual([]);
  });
});

describe('the Nest strategy', () => {
  it('starts the processors when it listens, and drains them when it closes', async () => {
    const { definition, ns } = ground.collector('nest');
    const host = ground.hostOf();
    const strategy = new ProcessorStrategy(host, () => [definition]);
    ground.publish(ground.said(1));
    await new Promise<void>((resolve, reject) => strategy.listen((error) => (error ? reject(error) : resolve())));
    await host.whenCaughtUp();
    expect(ns()).toEqual([1]);
    expect(strategy.unwrap()).toBe(host);
    await strategy.close();
    expect(host.status()).toEqual([]);
  });

  it('says so when a processor cannot start', async () => {
    const { definition } = ground.collector('nest-twice');
    const strategy = new ProcessorStrategy(ground.hostOf(), () => [definition, definition]);
    const error = await new Promise((resolve) => strategy.listen(resolve));
    expect(error).toMatchObject({ message: expect.stringContaining('runs already') });
  });
});
