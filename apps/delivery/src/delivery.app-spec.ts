import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type DeliveriesPlanned, type PayloadOf } from '#libs/contracts';
import { instantOfMillis, millisOf } from '#libs/core';
import { until } from '#libs/testing';
import { type Scene } from './delivery-scene.contract.js';
import { DeliveryWorld } from './delivery-world.contract.js';

jest.setTimeout(60_000);

let world: DeliveryWorld;
let scene: Scene;

beforeAll(async () => {
  world = await DeliveryWorld.start({ SLACK_UPDATE_INTERVAL: '1' });
});

afterAll(() => world?.stop());

beforeEach(async () => {
  scene = await world.scene();
});

/** The deliveries that were announced for the integration before they were sent. */
async function plannedOf({ integrationId }: Scene): Promise<string[]> {
  const plans = await world.logged<PayloadOf<typeof DeliveriesPlanned>>('DeliveriesPlanned');
  return plans
    .filter(({ payload }) => payload.integrationId === integrationId)
    .flatMap(({ payload }) => payload.deliveries.map(({ deliveryId }) => deliveryId));
}

describe('an incident', () => {
  it('is one message: red when it opens, green at once when it closes, with both receipts on the log', async () => {
    const incidentId = await scene.open();
    await until(() => scene.messages.length === 1);
    expect(scene.colours).toEqual(['danger']);
    await world.close(incidentId);
    expect(await scene.states(2)).toEqual(['delivered', 'delivered']);
    expect(scene.colours).toEqual(['good']);
    const [message] = scene.messages;
    expect(message?.edits).toBe(1);
    for (const payload of await scene.settled(2)) {
      const receipt = { channel: scene.channel, ts: message!.ts };
      expect(payload).toMatchObject({ incidentId, attempts: 1, receipt });
    }
  });

  it('is edited calmly, with the newest state', async () => {
    const incidentId = await scene.open();
    await until(() => scene.messages.length === 1);
    for (const description of ['second', 'third', 'fourth']) await scene.open({ incidentId, description });
    expect(await scene.states(4)).toEqual(['delivered', 'delivered', 'superseded', 'superseded']);
    expect(scene.messages.map(({ text }) => text)).toEqual(['Open: fourth']);
    expect(scene.messages[0]?.edits).toBe(1);
  });

  it('that opened and closed unseen is not told at all', async () => {
    const opened = scene.opened();
    await world.say(opened, world.closed(opened.payload.incidentId));
    expect(await scene.states(2)).toEqual(['superseded', 'superseded']);
    expect(scene.messages).toEqual([]);
  });

  it('whose end lies ahead is red until it comes, and green then, though nothing more is said', async () => {
    await scene.open({ endTime: instantOfMillis(Date.now() + 5_000) });
    expect(await scene.states(1)).toEqual(['delivered']);
    expect(scene.colours).toEqual(['danger']);
    await until(() => scene.colours[0] === 'good', { timeout: 20_000, what: 'the end to be shown' });
    expect(scene.messages.map(({ text, edits }) => [text, edits])).toEqual([['Closed: Disk full on db1', 1]]);
    expect(await scene.states(1)).toEqual(['delivered']);
  });

  it('whose end lies ahead is green by then also where a pause lay between', async () => {
    await scene.open({ endTime: instantOfMillis(Date.now() + 5_000) });
    expect(await scene.states(1)).toEqual(['delivered']);
    await world.change('pause', scene.integrationId);
    await world.change('resume', scene.integrationId);
    await until(() => scene.colours[0] === 'good', { timeout: 20_000, what: 'the end to be shown' });
  });

  it('that is deleted turns green and says so; nothing is told of one that was not shown', async () => {
    const incidentId = await scene.open();
    expect(await scene.states(1)).toEqual(['delivered']);
    await world.say(world.deleted(incidentId));
    expect(await scene.states(2)).toEqual(['delivered', 'delivered']);
    expect(scene.colours).toEqual(['good']);
    expect(JSON.stringify(scene.messages)).toContain(', deleted)');
    const unseen = scene.opened();
    await world.say(unseen, world.deleted(unseen.payload.incidentId));
    expect((await scene.states(4)).slice(2)).toEqual(['superseded', 'superseded']);
    expect(scene.messages).toHaveLength(1);
  });

  it('without an end is told once', async () => {
    await scene.open({ stateful: false });
    expect(await scene.states(1)).toEqual(['delivered']);
    expect(scene.colours).toEqual(['warning']);
  });

  it('of other filters, or another organisation, is nobody of ours', async () => {
    await world.open({ tags: ['spec=other'] });
    const foreign = scene.opened();
    await world.say({ ...foreign, metadata: { ...foreign.metadata, organizationId: 'other' } });
    await scene.open();
    expect(await scene.states(1)).toEqual(['delivered']);
    expect(scene.messages).toHaveLength(1);
  });

  it('that is read twice is told once', async () => {
    const opened = scene.opened();
    await world.say(opened, opened);
    await world.say(opened);
    expect(await scene.states(1)).toEqual(['delivered']);
    await world.close(opened.payload.incidentId);
    expect(await scene.states(2)).toEqual(['delivered', 'delivered']);
    expect(scene.messages).toHaveLength(1);
  });
});

describe('a notification', () => {
  it('is one message for those that asked for notifications, and nothing for the others', async () => {
    const integrationId = await world.integrate('N1', { source: 'notifications', data: { channelId: 'N1' } });
    const raised = world.raised({ clusterId: 'c1', message: 'Cluster volumes failed to provision' });
    await world.say(raised, raised, world.raised({ ...raised.payload }));
    const records = async () =>
      (await world.records()).filter(({ payload }) => payload.integrationId === integrationId);
    await until(async () => (await records()).length > 0, { timeout: 30_000, what: 'its record' });
    const messages = world.slack.messages.filter(({ channel }) => channel === 'N1');
    expect(messages.map(({ text }) => text)).toEqual(['Cluster volumes failed to provision']);
    const [{ payload }] = (await records()) as [Awaited<ReturnType<typeof records>>[number]];
    expect(payload).toMatchObject({ state: 'delivered', eventId: raised.metadata.id, receipt: { channel: 'N1' } });
    expect(payload).not.toHaveProperty('incidentId');
    expect(scene.messages).toEqual([]);
    await world.open();
    expect(await records()).toHaveLength(1);
    await world.change('delete', integrationId);
  });
});

describe('an integration', () => {
  it('is told what was open when it was made, if that is not older than an hour', async () => {
    await scene.open({ description: 'fresh' });
    await scene.open({ description: 'stale', time: instantOfMillis(Date.now() - 2 * 3_600_000) });
    const over = await scene.open({ description: 'over' });
    await world.close(over);
    const later = await scene.beside('B1');
    expect(await later.states(1)).toEqual(['delivered']);
    expect(later.messages.map(({ text }) => text)).toEqual(['Open: fresh']);
    expect(await plannedOf(later)).toEqual((await later.recorded()).map(({ deliveryId }) => deliveryId));
  });

  it('gets what was written after it was made and read before it', async () => {
    const opened = scene.opened({ time: instantOfMillis(Date.now() - 10 * 3_600_000) });
    const recordedAt = instantOfMillis(Date.now() + 60_000);
    await world.say({ ...opened, metadata: { ...opened.metadata, recordedAt } });
    const later = await scene.beside('B2');
    expect(await later.states(1)).toEqual(['delivered']);
  });

  it('that is paused suppresses; afterwards it is told once how things are', async () => {
    const shown = await scene.open({ description: 'shown before' });
    await until(() => scene.messages.length === 1);
    await world.change('pause', scene.integrationId);
    await world.close(shown);
    await scene.open({ description: 'opened meanwhile' });
    const unseen = await scene.open({ description: 'unseen' });
    await world.close(unseen);
    expect(await scene.states(5)).toEqual(['delivered', 'suppressed', 'suppressed', 'suppressed', 'suppressed']);
    expect(scene.colours).toEqual(['danger']);
    const resumed = await world.change('resume', scene.integrationId);
    const caughtUp = (await scene.settled(7)).filter(({ eventId }) => eventId === resumed.metadata.id);
    expect(caughtUp.map(({ state }) => state)).toEqual(['delivered', 'delivered']);
    expect((await plannedOf(scene)).sort()).toEqual(caughtUp.map(({ deliveryId }) => deliveryId).sort());
    expect(scene.messages.map(({ text }) => text).sort()).toEqual(['Closed: shown before', 'Open: opened meanwhile']);
  });

  it('that is deleted is sent nothing more', async () => {
    const incidentId = await scene.open();
    await until(() => scene.messages.length === 1);
    await world.change('delete', scene.integrationId);
    await world.close(incidentId);
    await world.open({ tags: ['spec=other'] });
    expect(await scene.states(1)).toEqual(['delivered']);
    expect(scene.colours).toEqual(['danger']);
  });

  it('that is deleted accounts for what was written before, and read after it', async () => {
    const opened = scene.opened();
    await until(() => Date.now() > millisOf(opened.metadata.recordedAt));
    await world.change('delete', scene.integrationId);
    await world.say(opened);
    const reason = 'cancelled: the integration was deleted';
    expect(await scene.settled(1)).toMatchObject([{ state: 'suppressed', reason, attempts: 0 }]);
    expect(scene.messages).toEqual([]);
  });

  it('sends with its newest settings', async () => {
    await scene.update({ data: { channelId: '#B3' } });
    await scene.open();
    expect(await scene.settled(1)).toMatchObject([{ state: 'delivered', receipt: { channel: 'B3' } }]);
  });
});
