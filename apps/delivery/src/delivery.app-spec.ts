import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type DeliveryRecorded, type PayloadOf } from '#libs/contracts';
import { instantOfMillis, millisOf } from '#libs/core';
import { until } from '#libs/testing';
import { DeliveryWorld } from './delivery-world.contract.js';

jest.setTimeout(60_000);

let world: DeliveryWorld;
let integrationId: string;

beforeAll(async () => {
  world = await DeliveryWorld.start({ SLACK_UPDATE_INTERVAL: '1' });
});

afterAll(() => world?.stop());

/** Every spec has a channel of its own, and an integration that no other spec's incidents match. */
let channel = 0;
let tag: string;
const tagged = (over: object = {}): object => ({ tags: [tag], ...over });
const messages = () => world.slack.messages.filter((message) => message.channel === `C${channel}`);
const colours = (): unknown[] => messages().map(({ attachments }) => attachments[0]?.['color']);
const texts = (): string[] => messages().map(({ text }) => text);
const settled = async (count: number): Promise<PayloadOf<typeof DeliveryRecorded>[]> => {
  const own = async () =>
    (await world.records()).map(({ payload }) => payload).filter((each) => each.integrationId === integrationId);
  return until(async () => ((await own()).length >= count ? own() : false), { timeout: 20_000, interval: 50 });
};
const states = async (count: number): Promise<string[]> => (await settled(count)).map(({ state }) => state).sort();

beforeEach(async () => {
  channel++;
  tag = `spec=${channel}`;
  integrationId = await world.integrate(`C${channel}`, { filters: { labels: [tag] } });
});

describe('an incident', () => {
  it('is one message: red when it opens, green at once when it closes, with both receipts on the log', async () => {
    const incidentId = await world.open(tagged());
    await until(() => messages().length === 1);
    expect(colours()).toEqual(['danger']);
    await world.close(incidentId);
    expect(await states(2)).toEqual(['delivered', 'delivered']);
    expect(colours()).toEqual(['good']);
    const [message] = messages();
    expect(message?.edits).toBe(1);
    for (const payload of await settled(2)) {
      const receipt = { channel: `C${channel}`, ts: message!.ts };
      expect(payload).toMatchObject({ incidentId, attempts: 1, receipt });
    }
  });

  it('is edited calmly, with the newest state', async () => {
    const incidentId = await world.open(tagged());
    await until(() => messages().length === 1);
    for (const description of ['second', 'third', 'fourth']) await world.open(tagged({ incidentId, description }));
    expect(await states(4)).toEqual(['delivered', 'delivered', 'superseded', 'superseded']);
    expect(texts()).toEqual(['Open: fourth']);
    expect(messages()[0]?.edits).toBe(1);
  });

  it('that opened and closed unseen is not told at all', async () => {
    const opened = world.opened(tagged());
    await world.say(opened, world.closed(opened.payload.incidentId));
    expect(await states(2)).toEqual(['superseded', 'superseded']);
    expect(messages()).toEqual([]);
  });

  it('without an end is told once', async () => {
    await world.open(tagged({ stateful: false }));
    expect(await states(1)).toEqual(['delivered']);
    expect(colours()).toEqual(['warning']);
  });

  it('of other filters, or another organisation, is nobody of ours', async () => {
    await world.open({ tags: ['spec=other'] });
    const foreign = world.opened(tagged());
    await world.say({ ...foreign, metadata: { ...foreign.metadata, organizationId: 'other' } });
    await world.open(tagged());
    expect(await states(1)).toEqual(['delivered']);
    expect(messages()).toHaveLength(1);
  });

  it('that is read twice is told once', async () => {
    const opened = world.opened(tagged());
    await world.say(opened, opened);
    await world.say(opened);
    expect(await states(1)).toEqual(['delivered']);
    await world.close(opened.payload.incidentId);
    expect(await states(2)).toEqual(['delivered', 'delivered']);
    expect(messages()).toHaveLength(1);
  });
});

describe('an integration', () => {
  const second = async (over: Record<string, unknown> = {}): Promise<void> => {
    channel++;
    integrationId = await world.integrate(`C${channel}`, { filters: { labels: [tag] }, ...over });
  };

  it('is told what was open when it was made, if that is not older than an hour', async () => {
    await world.open(tagged({ description: 'fresh' }));
    await world.open(tagged({ description: 'stale', time: instantOfMillis(Date.now() - 2 * 3_600_000) }));
    const over = await world.open(tagged({ description: 'over' }));
    await world.close(over);
    await second();
    expect(await states(1)).toEqual(['delivered']);
    expect(texts()).toEqual(['Open: fresh']);
  });

  it('gets what was written after it was made and read before it', async () => {
    const opened = world.opened(tagged({ time: instantOfMillis(Date.now() - 10 * 3_600_000) }));
    const recordedAt = instantOfMillis(Date.now() + 60_000);
    await world.say({ ...opened, metadata: { ...opened.metadata, recordedAt } });
    await second();
    expect(await states(1)).toEqual(['delivered']);
  });

  it('that is paused suppresses; afterwards it is told once how things are', async () => {
    const shown = await world.open(tagged({ description: 'shown before' }));
    await until(() => messages().length === 1);
    await world.change('pause', integrationId);
    await world.close(shown);
    await world.open(tagged({ description: 'opened meanwhile' }));
    const unseen = await world.open(tagged({ description: 'unseen' }));
    await world.close(unseen);
    expect(await states(5)).toEqual(['delivered', 'suppressed', 'suppressed', 'suppressed', 'suppressed']);
    expect(colours()).toEqual(['danger']);
    const resumed = await world.change('resume', integrationId);
    const caughtUp = (await settled(7)).filter(({ eventId }) => eventId === resumed.metadata.id);
    expect(caughtUp.map(({ state }) => state)).toEqual(['delivered', 'delivered']);
    expect(texts().sort()).toEqual(['Closed: shown before', 'Open: opened meanwhile']);
  });

  it('that is deleted is sent nothing more', async () => {
    const incidentId = await world.open(tagged());
    await until(() => messages().length === 1);
    await world.change('delete', integrationId);
    await world.close(incidentId);
    await world.open({ tags: ['spec=other'] });
    expect(await states(1)).toEqual(['delivered']);
    expect(colours()).toEqual(['danger']);
  });

  it('that is deleted accounts for what was written before, and read after it', async () => {
    const opened = world.opened(tagged());
    await until(() => Date.now() > millisOf(opened.metadata.recordedAt));
    await world.change('delete', integrationId);
    await world.say(opened);
    const reason = 'cancelled: the integration was deleted';
    expect(await settled(1)).toMatchObject([{ state: 'suppressed', reason, attempts: 0 }]);
    expect(messages()).toEqual([]);
  });

  it('sends with its newest settings', async () => {
    await world.update(integrationId, { data: { channelId: `C${++channel}` }, filters: { labels: [tag] } });
    await world.open(tagged());
    expect(await states(1)).toEqual(['delivered']);
    expect(messages()).toHaveLength(1);
  });
});
