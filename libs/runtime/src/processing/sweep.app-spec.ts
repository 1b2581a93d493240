import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '#libs/testing';
import { topics } from './ground.for-spec.js';
import { type HostingGround, hostingGround, range } from './hosting.for-spec.js';

let ground: HostingGround;

beforeAll(async () => {
  ground = await hostingGround();
});

beforeEach(() => ground.anew());

afterAll(() => ground.close());

/** Partitions that have records: the others are nobody's business yet. */
const written = () => ground.memory.state(topics.events)!.partitions.filter(({ high }) => high > 0).length;

describe('a sweep', () => {
  it('comes with the present where all is read', async () => {
    const watermarks = new Map<number, number>();
    const { definition } = ground.collector('sweep', {
      sweep: (partition, watermark) => Promise.resolve(void watermarks.set(partition, watermark)),
    });
    const host = ground.hostOf();
    ground.publish(...range(0, 50).map((n) => ground.said(n)));
    await host.start(definition);
    await host.whenCaughtUp();
    ground.clock.advance(3_600_000);
    await until(
      () => watermarks.size === written() && [...watermarks.values()].every((each) => each === ground.clock.millis()),
    );
  });

  it('comes with the last record’s time where more is to be read, and not at all where nobody knows', async () => {
    const watermarks: number[] = [];
    const { definition } = ground.collector('behind', {
      apply: (batch) =>
        batch.some(({ event }) => (event.payload as { n: number }).n === 2) ? Promise.reject(transient()) : done(),
      sweep: (_, watermark) => Promise.resolve(void watermarks.push(watermark)),
    });
    const host = ground.hostOf();
    const inOne = (n: number) => ground.said(n, 'behind');
    ground.publish(inOne(1));
    await host.start(definition);
    await host.whenCaughtUp();
    const last = Math.max(...ground.records(topics.events).map(({ timestamp }) => timestamp));
    ground.publish(inOne(2));
    ground.clock.advance(7_200_000);
    watermarks.length = 0;
    await until(() => watermarks.some((each) => each <= last));
    expect(watermarks.every((each) => each <= last || each === ground.clock.millis())).toBe(true);
  });

  it('is not called before it said it would have something to do, but again after a batch', async () => {
    const called: [number, number][] = [];
    const due = ground.clock.millis() + 600_000;
    const { definition } = ground.collector('due', {
      sweep: (partition, watermark) => {
        called.push([partition, watermark]);
        return Promise.resolve(watermark < due ? due : Infinity);
      },
    });
    const host = ground.hostOf();
    const inOne = (n: number) => ground.said(n, 'due');
    ground.publish(inOne(1));
    await host.start(definition);
    await host.whenCaughtUp();
    await until(() => called.length >= written());
    const count = called.length;
    ground.publish(inOne(2));
    await until(() => called.length > count);
    expect(called.filter(([, watermark]) => watermark >= due)).toEqual([]);
    ground.clock.advance(600_000);
    await until(() => new Set(called.filter(([, at]) => at >= due).map(([partition]) => partition)).size === written());
    expect(called.filter(([, at]) => at >= due)).toHaveLength(written());
  });

  it('that fails is tried again, and said in the log', async () => {
    let tries = 0;
    const { definition } = ground.collector('failing', { sweep: () => Promise.reject(new Error(`no ${++tries}`)) });
    const host = ground.hostOf();
    ground.publish(ground.said(1));
    await host.start(definition);
    await until(() => tries >= 2);
    expect(ground.log.lines.some(({ level, fields }) => level === 'error' && fields['reason'] === 'no 1')).toBe(true);
  });
});

const done = () => Promise.resolve();
const transient = () => Object.assign(new Error('no disk'), { code: '53100' });
