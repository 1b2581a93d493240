import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { type IntegrationParked, type PayloadOf } from '#libs/contracts';
import { type SlackFault, until } from '#libs/testing';
import { DeliveryWorld, token } from './delivery-world.contract.js';

jest.setTimeout(60_000);

let world: DeliveryWorld;

const start = async (environment: Readonly<Record<string, string>> = {}): Promise<string> => {
  world = await DeliveryWorld.start(environment);
  return world.integrate();
};

afterEach(() => world?.stop());

const last = async () => (await world.records()).at(-1)!.payload;

describe('a post that is not answered', () => {
  it.each<[string, SlackFault, number]>([
    ['after it was carried out', { kind: 'dropped', effect: true }, 2],
    ['in time', { kind: 'silent', effect: true }, 2],
    ['but with HTTP 500', { kind: 'status', status: 500 }, 1],
  ])(
    '%s, is ambiguous and posted again',
    async (_, fault, messages) => {
      await start();
      world.slack.failOnce('chat.postMessage', fault);
      const incidentId = await world.open();
      expect(await world.states(1)).toEqual(['ambiguous']);
      const { receipt, attempts } = await last();
      expect([receipt, attempts]).toEqual([{ channel: 'C1', ts: world.slack.messages.at(-1)!.ts }, 2]);
      expect(world.slack.messages).toHaveLength(messages);
      await world.close(incidentId);
      expect(await world.states(2)).toEqual(['ambiguous', 'delivered']);
      expect(world.slack.messages.at(-1)?.attachments[0]?.['color']).toBe('good');
    },
    60_000,
  );

  it('is not posted again under at-most-once', async () => {
    await start({ DELIVERY_DOUBTFUL_POSTS: 'at-most-once' });
    world.slack.failOnce('chat.postMessage', { kind: 'dropped', effect: true });
    const incidentId = await world.open();
    expect(await world.states(1)).toEqual(['ambiguous']);
    await world.close(incidentId);
    expect(await world.states(2)).toEqual(['ambiguous', 'superseded']);
    expect(world.posts()).toBe(1);
  });
});

describe('Slack in trouble', () => {
  it('that refuses for a while is tried again, in time and without doubt', async () => {
    await start();
    world.slack.failOnce(
      'chat.postMessage',
      ...Array<SlackFault>(3).fill({ kind: 'error', code: 'service_unavailable' }),
    );
    await world.open();
    expect(await world.states(1)).toEqual(['delivered']);
    expect((await last()).attempts).toBe(4);
    const [first, ...rest] = world.slack.callsOf('chat.postMessage').map(({ at }) => at);
    const waits = rest.map((at, i) => at - (rest[i - 1] ?? first!));
    for (const [i, wait] of [200, 400, 400].entries()) {
      expect(waits[i]).toBeGreaterThan(wait * 0.8);
      expect(waits[i]).toBeLessThan(wait * 1.2 + 150);
    }
  });

  it('that asks to wait is left alone for so long, by every lane of the channel', async () => {
    await start();
    const other = await world.integrate('C2');
    world.slack.failOnce('chat.postMessage', { kind: 'rate-limited', retryAfter: '2' });
    await world.open({ description: 'first' });
    await until(() => world.posts() === 2);
    for (const description of ['second', 'third']) await world.open({ description });
    expect(await world.states(6)).toEqual(Array(6).fill('delivered'));
    const posts = (channel: string) =>
      world.slack.callsOf('chat.postMessage').filter(({ args }) => args['channel'] === channel);
    const limited = posts('C1').length === 4 ? 'C1' : 'C2';
    const [refused, ...later] = posts(limited);
    for (const { at } of later) expect(at - refused!.at).toBeGreaterThan(1900);
    const calm = posts(limited === 'C1' ? 'C2' : 'C1');
    expect(calm.at(-1)!.at - refused!.at).toBeLessThan(1900);
    expect(other).toBeDefined();
  });

  it('that takes a message for wrong gets its short form, then the message is a dead letter', async () => {
    await start();
    world.slack.failAlways('chat.postMessage', { kind: 'error', code: 'invalid_blocks' });
    await world.open();
    expect(await world.states(1)).toEqual(['dead-lettered']);
    expect((await last()).reason).toBe('invalid_blocks: Slack answered invalid_blocks');
    expect(world.posts()).toBe(2);
  });

  it('that lost the message gets a fresh one', async () => {
    await start();
    const incidentId = await world.open();
    await until(() => world.slack.messages.length === 1);
    world.slack.failOnce('chat.update', { kind: 'error', code: 'message_not_found' });
    await world.close(incidentId);
    expect(await world.states(2)).toEqual(['delivered', 'delivered']);
    expect(world.slack.messages.map(({ attachments }) => attachments[0]?.['color'])).toEqual(['danger', 'good']);
  });
});

describe('a refused integration', () => {
  const parked = async () =>
    (await world.logged<PayloadOf<typeof IntegrationParked>>('IntegrationParked')).map(({ payload }) => payload);
  const recovered = async () => (await world.logged('IntegrationRecovered')).length;

  it('is parked once, keeps its deliveries, and goes on by itself when Slack takes the token again', async () => {
    const id = await start();
    world.slack.failAlways('chat.postMessage', { kind: 'error', code: 'token_revoked' });
    world.slack.failAlways('auth.test', { kind: 'error', code: 'token_revoked' });
    for (let i = 0; i < 5; i++) await world.open({ description: `number ${i}` });
    await until(async () => (await parked()).length > 0);
    await until(() => world.slack.callsOf('auth.test').length >= 2);
    expect(await parked()).toMatchObject([
      { integrationId: id, code: 'token_revoked', remedy: expect.stringContaining('token') },
    ]);
    expect(await world.records()).toEqual([]);
    const before = world.posts();
    world.slack.failAlways('chat.postMessage', undefined);
    world.slack.failAlways('auth.test', undefined);
    expect(await world.states(5)).toEqual(Array(5).fill('delivered'));
    expect(world.posts() - before).toBe(5);
    expect(await recovered()).toBe(1);
  });

  it('for its channel is tried with one message now and then', async () => {
    await start();
    world.slack.failAlways('chat.postMessage', { kind: 'error', code: 'not_in_channel' });
    for (let i = 0; i < 5; i++) await world.open();
    await until(async () => (await parked()).length > 0);
    const before = world.posts();
    await until(() => world.posts() >= before + 2);
    expect(await parked()).toHaveLength(1);
    world.slack.failAlways('chat.postMessage', undefined);
    expect(await world.states(5)).toEqual(Array(5).fill('delivered'));
    expect(await recovered()).toBe(1);
  });

  it('goes on at once after an edit', async () => {
    const id = await start({ DELIVERY_PROBE_INTERVAL: '600' });
    world.slack.failAlways('chat.postMessage', { kind: 'error', code: 'invalid_auth' });
    await world.open();
    await until(async () => (await parked()).length === 1);
    world.slack.failAlways('chat.postMessage', undefined);
    await world.update(id, { clear: 'xoxb-another' });
    expect(await world.states(1)).toEqual(['delivered']);
    expect(world.slack.calls.at(-1)?.token).toBe('xoxb-another');
    expect(await recovered()).toBe(1);
  });

  it('takes those with the same token along, and no others', async () => {
    await start({ DELIVERY_PROBE_INTERVAL: '600' });
    const same = await world.integrate('C2');
    const other = await world.integrate('C3', { clear: 'xoxb-another' });
    await world.open();
    expect(await world.states(3)).toEqual(Array(3).fill('delivered'));
    world.slack.failAlways('chat.postMessage', { kind: 'error', code: 'account_inactive' });
    world.slack.failAlways('auth.test', { kind: 'error', code: 'account_inactive' });
    await world.update(other, { clear: 'xoxb-another', filters: { labels: ['none=none'] } });
    await world.open();
    await until(async () => (await parked()).length >= 2);
    const ids = (await parked()).map(({ integrationId }) => integrationId);
    expect(ids).toContain(same);
    expect(ids).not.toContain(other);
  });

  it('with a secret that does not open says so', async () => {
    await start({ DELIVERY_PROBE_INTERVAL: '600' });
    await world.integrate('C2', { secrets: { token: 'v1.gone.AAAA.AAAA.AAAA' } });
    await world.open();
    await until(async () => (await parked()).length === 1);
    expect(await parked()).toMatchObject([{ code: 'unreadable_secret', remedy: 'Enter token again.' }]);
    expect(await world.states(1)).toEqual(['delivered']);
  });
});

describe('a restart', () => {
  it('goes on where the process was, and shows the token to nobody', async () => {
    await start();
    world.slack.failAlways('chat.postMessage', { kind: 'error', code: 'internal_error' });
    const incidentId = await world.open();
    await until(() => world.posts() > 0);
    const [first, { slack }] = [world, world];
    await first.service.app.close();
    slack.failAlways('chat.postMessage', undefined);
    world = await DeliveryWorld.start({}, { beside: first });
    expect(await world.states(1)).toEqual(['delivered']);
    expect(slack.messages).toHaveLength(1);
    expect(incidentId).toBeDefined();
    const rows = await world.service.store!.query<{ row: string }>(
      `select row_to_json(t)::text as row from (select * from lane cross join integration) t
       union all select row_to_json(d)::text from delivery d`,
    );
    expect(JSON.stringify(rows.rows)).not.toContain(token);
    await first.service.stop();
  });
});
