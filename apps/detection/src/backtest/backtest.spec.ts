import { describe, expect, it } from '@jest/globals';
import { defaultTopics, type EventEnvelope } from '#libs/contracts';
import { instantOfMillis } from '#libs/core';
import { type StreamRecord } from '#libs/event-stream';
import { emptyCell, type Cell } from '../cell/cell.js';
import { decideSample } from '../cell/decide-sample.js';
import { unbroken } from '../control/cluster-life.js';
import { diskUsage } from '../detectors/disk-usage/disk-usage.detector.js';
import { SettingsBook } from '../settings/settings-book.js';
import { eventOf } from '../testing/decide-all.js';
import { backtest, type Progress } from './backtest.js';

const T = Date.UTC(2026, 10, 20, 9);
const at = (n: number): string => instantOfMillis(T + n * 15_000);
const control = { version: 1, settings: new SettingsBook([]), lifeOf: () => unbroken };
const name = { organizationId: 'o1', clusterId: 'c1', nodeId: 'n1' };

/** The disk fills up by one percent every 15 s, from 60 % to 95 %, and is empty again afterwards. */
const samples = Array.from({ length: 50 }, (_, n) =>
  eventOf(
    {
      ...{ kind: 'HostSample', clusterId: 'c1', nodeId: 'n1', at: at(n), load: { m1: 0, m5: 0, m15: 0 } },
      ...{ physicalCores: 1, memory: { totalBytes: 100, availableBytes: 50 } },
      disks: [{ mount: '/data', isDatabase: true, totalBytes: 100, usedBytes: n < 36 ? 60 + n : 10 }],
    },
    n,
  ),
);

/** What production said of them. */
function issues(): readonly EventEnvelope[] {
  let cell: Cell = emptyCell;
  return samples.flatMap((event, offset) => {
    const place = { topic: 'telemetry-stream', partition: 0, offset };
    const rules = { detectors: [diskUsage], settingsOf: (rule: { settings: object }) => rule.settings as never };
    const decided = decideSample(cell, name, { event, place, timestamp: T + offset * 15_000 }, rules, at(offset));
    cell = decided.cell;
    return decided.events;
  });
}

function recordOf(event: EventEnvelope, offset: number, topic: string): StreamRecord {
  const value = Buffer.from(JSON.stringify(event));
  return { topic, partition: 0, offset, timestamp: T + offset * 15_000, key: null, value, headers: {} };
}

const log = {
  topic: (topic: string) =>
    Promise.resolve({ topic, topicId: 't', partitions: [{ partition: 0, low: 0, high: contents(topic).length }] }),
  // eslint-disable-next-line @typescript-eslint/require-await -- the log answers later
  async *read({ topic }: { topic: string }) {
    yield contents(topic).map((event, offset) => recordOf(event, offset, topic));
  },
};
const contents = (topic: string) => (topic === defaultTopics.telemetry ? samples : issues());

async function run(own: object = {}, signal = new AbortController().signal) {
  const asked = { organizationId: 'O1', detector: diskUsage, settings: {}, from: at(0), to: at(100), ...own };
  const tenant = { organizationId: 'o1', projectId: 'p1' };
  const told = backtest(asked, { log, topics: defaultTopics, tenant, control, signal });
  const progress: Progress[] = [];
  for (;;) {
    const next = await told.next();
    if (next.done) return { result: next.value, progress };
    progress.push(next.value);
  }
}

describe('a backtest', () => {
  it.each([
    [0, 100],
    [0, 30],
    [25, 100],
    [40, 100],
  ])('with unchanged settings differs in nothing, from %i to %i', async (from, to) => {
    const { result } = await run({ from: at(from), to: at(to) });
    expect(result).toMatchObject({ gained: [], lost: [], moved: [], messages: 0 });
    expect(result?.same).toBe(from > 36 ? 0 : 1);
  });

  it('with a higher limit opens later', async () => {
    const { result } = await run({ settings: { percent: 90 } });
    expect(result).toMatchObject({ same: 0, gained: [], lost: [], delaySeconds: 150, messages: 0 });
  });

  it('with a limit that is never reached loses the issue and its messages', async () => {
    expect((await run({ settings: { percent: 99 } })).result).toMatchObject({ lost: [{}], tried: 0, messages: -2 });
  });

  it('is of the clusters that were asked about, and of the own organisation', async () => {
    expect((await run({ clusters: new Set(['c2']) })).result).toMatchObject({ recorded: 0, tried: 0 });
    expect((await run({ organizationId: 'o2' })).result).toMatchObject({ recorded: 0, tried: 0 });
  });

  it('tells how far it is, and stops when told', async () => {
    expect((await run()).progress.at(0)).toEqual({ done: 50, total: 50 });
    expect((await run({}, AbortSignal.abort())).result).toBeUndefined();
  });
});
