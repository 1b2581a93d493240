import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type IntegrationParked, type PayloadOf } from '#libs/contracts';
import { type SlackFault, until } from '#libs/testing';
import { type Scene } from './delivery-scene.contract.js';
import { DeliveryWorld } from './delivery-world.contract.js';

jest.setTimeout(60_000);

let world: DeliveryWorld;
let scene: Scene;

beforeAll(async () => {
  world = await DeliveryWorld.start();
});

afterAll(() => world?.stop());

beforeEach(async () => {
  scene = await world.scene();
});

afterEach(() => scene?.end());

describe('a post that is not answered', () => {
  it.each<[string, SlackFault, number]>([
    ['after it was carried out', { kind: 'dropped', effect: true }, 2],
    ['in time', { kind: 'silent', effect: true }, 2],
    ['but with HTTP 500', { kind: 'status', status: 500 }, 1],
  ])('%s, is ambiguous and posted again', async (_, fault, messages) => {
    world.slack.failOnce('chat.postMessage', fault);
    const incidentId = await scene.open();
    const [record] = await scene.settled(1);
    const receipt = { channel: scene.channel, ts: scene.messages.at(-1)!.ts };
    expect(record).toMatchObject({ state: 'ambiguous', receipt, attempts: 2 });
    expect(scene.messages).toHaveLength(messages);
    await world.close(incidentId);
    expect(await scene.states(2)).toEqual(['ambiguous', 'delivered']);
    expect(scene.colours.at(-1)).toBe('good');
  });
});

describe('Slack in trouble', () => {
  it('that refuses for a while is tried again, not too early and without doubt', async () => {
    const fault: SlackFault = { kind: 'error', code: 'service_unavailable' };
    world.slack.failOnce('chat.postMessage', fault, fault, fault);
    await scene.open();
    expect(await scene.settled(1)).toMatchObject([{ state: 'delivered', attempts: 4 }]);
    const waits = scene.posts.slice(1).map((at, i) => at - scene.posts[i]!);
    expect(waits).toHaveLength(3);
    for (const [i, wait] of [200, 400, 400].entries()) expect(waits[i]).toBeGreaterThan(wait * 0.79);
  });

  it('that asks to wait is left alone for so long, by every lane of the channel and no other', async () => {
    world.slack.failOnce('chat.postMessage', { kind: 'rate-limited', retryAfter: '3' });
    await scene.open({ description: 'first' });
    await until(() => scene.posts.length === 1);
    const other = await scene.beside('calm');
    for (const description of ['second', 'third']) await scene.open({ description });
    expect(await scene.states(3)).toEqual(['delivered', 'delivered', 'delivered']);
    const [refused, ...later] = scene.posts;
    expect(later).toHaveLength(3);
    for (const at of later) expect(at - refused!).toBeGreaterThan(2900);
    expect(other.posts).toHaveLength(3);
    expect(other.posts[0]! - refused!).toBeLessThan(2900);
  });

  it('that takes a message for wrong gets its short form, then the message is a dead letter', async () => {
    scene.fail({ kind: 'error', code: 'invalid_blocks' });
    await scene.open();
    const reason = 'invalid_blocks: Slack answered invalid_blocks';
    expect(await scene.settled(1)).toMatchObject([{ state: 'dead-lettered', reason }]);
    expect(scene.posts).toHaveLength(2);
  });

  it('that lost the message gets a fresh one', async () => {
    const incidentId = await scene.open();
    await until(() => scene.messages.length === 1);
    world.slack.failOnce('chat.update', { kind: 'error', code: 'message_not_found' });
    await world.close(incidentId);
    expect(await scene.states(2)).toEqual(['delivered', 'delivered']);
    expect(scene.colours).toEqual(['danger', 'good']);
  });

  it('that is down for all is left alone until a probe succeeds', async () => {
    scene.fail({ kind: 'status', status: 503 });
    world.slack.failAlways('auth.test', { kind: 'status', status: 503 });
    for (let i = 0; i < 12; i++) await scene.open();
    // Ten failures in a row open the circuit, whichever of the twelve they are of.
    await until(() => scene.posts.length >= 10);
    const before = scene.posts.length;
    const probes = world.slack.callsOf('auth.test').length;
    await until(() => world.slack.callsOf('auth.test').length >= probes + 3);
    expect(scene.posts.length - before).toBeLessThan(12);
    scene.fail(undefined);
    world.slack.failAlways('auth.test', undefined);
    expect(await scene.states(12)).toContain('ambiguous');
    expect(scene.messages).toHaveLength(12);
  });
});

describe('a refused integration', () => {
  const parked = async () => {
    const all = await world.logged<PayloadOf<typeof IntegrationParked>>('IntegrationParked');
    return all.map(({ payload }) => payload).filter(({ integrationId }) => integrationId === scene.integrationId);
  };
  const recovered = async () => {
    const all = await world.logged<{ integrationId: string }>('IntegrationRecovered');
    return all.filter(({ payload }) => payload.integrationId === scene.integrationId).length;
  };

  it('is parked once, keeps its deliveries, and goes on by itself when Slack takes the token again', async () => {
    scene.fail({ kind: 'error', code: 'token_revoked' });
    world.slack.failAlways('auth.test', { kind: 'error', code: 'token_revoked' });
    const probes = world.slack.callsOf('auth.test').length;
    for (let i = 0; i < 5; i++) await scene.open({ description: `number ${i}` });
    await until(async () => (await parked()).length > 0);
    await until(() => world.slack.callsOf('auth.test').length >= probes + 2);
    expect(await parked()).toMatchObject([{ code: 'token_revoked', remedy: expect.stringContaining('token') }]);
    expect(await scene.recorded()).toEqual([]);
    const before = scene.posts.length;
    scene.fail(undefined);
    world.slack.failAlways('auth.test', undefined);
    expect(await scene.states(5)).toEqual(Array(5).fill('delivered'));
    expect(scene.posts.length - before).toBe(5);
    expect(await recovered()).toBe(1);
  });

  it('for its channel is tried with one message now and then', async () => {
    scene.fail({ kind: 'error', code: 'not_in_channel' });
    for (let i = 0; i < 5; i++) await scene.open();
    await until(async () => (await parked()).length > 0);
    const before = scene.posts.length;
    await until(() => scene.posts.length >= before + 2);
    expect(await parked()).toHaveLength(1);
    scene.fail(undefined);
    expect(await scene.states(5)).toEqual(Array(5).fill('delivered'));
    expect(await recovered()).toBe(1);
  });

  it('goes on at once after an edit', async () => {
    scene.fail({ kind: 'error', code: 'invalid_auth' });
    world.slack.failAlways('auth.test', { kind: 'error', code: 'invalid_auth' });
    await scene.open();
    await until(async () => (await parked()).length === 1);
    scene.fail(undefined);
    await scene.update({ clear: 'xoxb-another' });
    expect(await scene.states(1)).toEqual(['delivered']);
    expect(world.slack.callsOf('chat.postMessage').at(-1)?.token).toBe('xoxb-another');
    expect(await recovered()).toBe(1);
  });

  it('takes those with the same token along, and no others', async () => {
    const same = await scene.beside('same', { filters: { labels: ['same=same'] } });
    const other = await scene.beside('other', { clear: 'xoxb-another' });
    await world.open({ tags: ['same=same'] });
    expect(await same.states(1)).toEqual(['delivered']);
    world.slack.failAlways('auth.test', { kind: 'error', code: 'account_inactive' });
    world.slack.failOnce('chat.postMessage', { kind: 'error', code: 'account_inactive' });
    await world.open({ tags: [scene.tag, 'alone=alone'] });
    const ids = async () =>
      (await world.logged<{ integrationId: string }>('IntegrationParked')).map(({ payload }) => payload.integrationId);
    await until(async () => (await ids()).length > 0);
    const first = scene.integrationId;
    if ((await ids()).includes(first)) await until(async () => (await ids()).includes(same.integrationId));
    expect((await ids()).includes(first) && (await ids()).includes(other.integrationId)).toBe(false);
    await same.end();
    await other.end();
  });

  it('with a secret that does not open says so', async () => {
    await scene.update({ secrets: { token: 'v1.gone.AAAA.AAAA.AAAA' } });
    await scene.open();
    await until(async () => (await parked()).length === 1);
    expect(await parked()).toMatchObject([{ code: 'unreadable_secret', remedy: 'Enter token again.' }]);
  });
});
