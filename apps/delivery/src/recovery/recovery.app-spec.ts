import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase, testInstallation, type TestInstallation, until } from '#libs/testing';
import { type Scene } from '../delivery-scene.contract.js';
import { DeliveryWorld } from '../delivery-world.contract.js';

let before: DeliveryWorld;
let after: DeliveryWorld | undefined;
let installation: TestInstallation;
let database: TestDatabase;
let scene: Scene;
let open: string;
let records: number;

beforeAll(async () => {
  // What fails once waits until long after the loss.
  installation = await testInstallation();
  before = await DeliveryWorld.start({ DELIVERY_RETRY_SCHEDULE: '600,...' }, { installation });
  scene = await before.scene();
  const closed = await scene.open({ description: 'over before the loss' });
  open = await scene.open({ description: 'open through the loss' });
  await scene.settled(2);
  await before.close(closed);
  await scene.settled(3);
  before.slack.failOnce('chat.postMessage', { kind: 'status', status: 500 });
  await scene.open({ description: 'not sent before the loss' });
  await until(() => scene.posts.length === 3, { timeout: 30_000, what: 'the post that fails' });
  records = (await scene.recorded()).length;
  await before.service.stop();
  database = await testDatabase();
  const environment = { DATABASE_URL: database.url, TOCSIN_RECOVERY: 'recover' };
  after = await DeliveryWorld.start(environment, { beside: before });
  await after.service.host!.whenCaughtUp();
}, 120_000);

afterAll(async () => {
  await after?.service.stop();
  await before?.slack.close();
  await database?.drop();
  await installation?.drop();
});

const recorded = async () =>
  (await after!.records()).filter(({ payload }) => payload.integrationId === scene.integrationId);

describe('a delivery process whose database was lost', () => {
  it('sends what was still waiting, and nothing a second time', async () => {
    await until(async () => (await recorded()).length === records + 1, {
      timeout: 30_000,
      what: 'the one that waited',
    });
    expect(scene.posts).toHaveLength(4);
    expect(scene.messages).toHaveLength(3);
    expect((await recorded()).map(({ payload }) => payload.state)).toEqual(Array(records + 1).fill('delivered'));
  }, 60_000);

  it('edits the message that is there', async () => {
    await after!.say(before.closed(open));
    await until(async () => (await recorded()).length === records + 2, { timeout: 30_000, what: 'the end' });
    expect(scene.posts).toHaveLength(4);
    expect(scene.messages).toHaveLength(3);
    expect((await recorded()).at(-1)!.payload.state).toBe('delivered');
  }, 60_000);
});
