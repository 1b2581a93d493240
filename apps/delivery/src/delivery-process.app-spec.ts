import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { schemaDump, unrefused, until } from '#libs/testing';
import { DeliveryWorld, token } from './delivery-world.contract.js';

jest.setTimeout(90_000);

const worlds: DeliveryWorld[] = [];
const start = async (...given: Parameters<typeof DeliveryWorld.start>): Promise<DeliveryWorld> => {
  const world = await DeliveryWorld.start(...given);
  worlds.push(world);
  return world;
};

afterEach(async () => {
  for (const world of worlds.splice(0).reverse()) await world.stop();
});

describe('two processes of one sink', () => {
  it('share the work, and one goes on alone when the other stops', async () => {
    const first = await start();
    const second = await start({}, { beside: first });
    const scene = await first.scene();
    const events = Array.from({ length: 40 }, (_, i) => scene.opened({ description: `number ${i}` }));
    await first.say(...events.slice(0, 20));
    await until(() => scene.messages.length >= 10, { timeout: 30_000 });
    await second.service.stop();
    await first.say(...events.slice(20));
    expect(await scene.states(40)).toEqual(Array(40).fill('delivered'));
    expect(scene.messages).toHaveLength(40);
    expect(scene.posts).toHaveLength(40);
  });
});

describe('a process', () => {
  it('serves health and metrics and nothing else, and has the tables that schema.sql says', async () => {
    const { service } = await start();
    const own = service.routes.filter(({ url }) => !/^\/(health|metrics|openapi\.json|docs)/.test(url));
    expect(own).toEqual([]);
    expect(await unrefused(service)).toEqual([]);
    const ready = (await (await fetch(`${service.url}/health/ready`)).json()) as { parts: Record<string, unknown> };
    expect(ready.parts).toMatchObject({ sending: { status: 'up', underWay: 0, unwritten: 0 } });
    expect(await schemaDump(service.store!)).toBe(await readFile(new URL('../schema.sql', import.meta.url), 'utf8'));
  });

  it('does not post again what is in doubt, under at-most-once', async () => {
    const world = await start({ DELIVERY_DOUBTFUL_POSTS: 'at-most-once' });
    const scene = await world.scene();
    world.slack.failOnce('chat.postMessage', { kind: 'dropped', effect: true });
    const incidentId = await scene.open();
    expect(await scene.states(1)).toEqual(['ambiguous']);
    await world.close(incidentId);
    expect(await scene.states(2)).toEqual(['ambiguous', 'superseded']);
    expect(scene.posts).toHaveLength(1);
  });

  it('keeps the token out of its rows, its metrics and the log', async () => {
    const world = await start();
    const scene = await world.scene();
    world.slack.failOnce('chat.postMessage', { kind: 'status', status: 500, body: token });
    await scene.open();
    await scene.states(1);
    const tables = ['integration', 'incident', 'incident_event', 'lane', 'delivery', 'outbox'];
    const rows = await Promise.all(
      tables.map((table) => world.service.store!.query(`select row_to_json(t)::text as row from ${table} t`)),
    );
    const metrics = await (await fetch(`${world.service.url}/metrics`)).text();
    const logged = await world.logged('DeliveryRecorded');
    expect(JSON.stringify([rows, logged]) + metrics).not.toContain(token);
    expect(metrics).toMatch(/tocsin_delivery_calls_total\{[^}]*outcome="ambiguous"[^}]*\} 1/);
  });
});
