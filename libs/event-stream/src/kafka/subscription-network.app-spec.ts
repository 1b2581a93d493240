import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '#libs/testing';
import { ConsumerStalled, CorruptRecords } from '../errors.js';
import { KafkaEventLog } from './event-log.js';
import { API } from './fault-proxy.for-spec.js';
import { handled, Keeper, PATIENCE, SubscriptionScene } from './subscription-scene.for-spec.js';

let scene: SubscriptionScene;

beforeEach(async () => {
  scene = await SubscriptionScene.start();
}, PATIENCE);

afterEach(() => scene.end(), PATIENCE);

describe('a subscription in a bad network', () => {
  it(
    'goes on where it was when its connections died in silence (F04, K12)',
    async () => {
      const keeper = new Keeper();
      const subscription = await scene.consume(keeper);
      await scene.publish('1');
      await handled(keeper, 1);
      scene.proxy.freeze();
      scene.proxy.thaw();
      await scene.publish('2', '3');
      await handled(keeper, 3);
      expect(keeper.values).toEqual(['1', '2', '3']);
      expect(subscription.alive()).toBe(true);
    },
    PATIENCE,
  );

  it(
    'goes on where it was after a reset in the middle of a fetch',
    async () => {
      const keeper = new Keeper();
      await scene.consume(keeper);
      await scene.publish('1');
      await handled(keeper, 1);
      scene.proxy.resetDuring(API.fetch);
      await scene.publish('2', '3');
      await handled(keeper, 3);
      expect(keeper.values).toEqual(['1', '2', '3']);
    },
    PATIENCE,
  );

  it(
    'ends when nothing moves although the broker answers (K12)',
    async () => {
      const watched = new KafkaEventLog(scene.proxy.connection('spec'), { stallMs: 2_000 });
      const subscription = await scene.consume(new Keeper(), watched);
      await subscription.whenCaughtUp();
      scene.proxy.ignore(API.fetch, API.heartbeat);
      expect(await subscription.ended).toBeInstanceOf(ConsumerStalled);
      await watched.close();
    },
    PATIENCE,
  );

  it(
    'is not stuck while it joins, but when it never gets in although the broker answers (K12)',
    async () => {
      const watched = new KafkaEventLog(scene.proxy.connection('spec'), { stallMs: 1_000 });
      scene.proxy.ignore(API.joinGroup);
      const subscription = await scene.consume(new Keeper(), watched);
      expect([subscription.alive(), subscription.stuck()]).toEqual([false, false]);
      await until(() => subscription.stuck(), { timeout: PATIENCE });
      await watched.close();
    },
    PATIENCE,
  );

  it(
    'waits for a broker that does not answer at all, and says that it is not alive',
    async () => {
      const watched = new KafkaEventLog(scene.proxy.connection('spec'), { stallMs: 1_000 });
      const keeper = new Keeper();
      const subscription = await scene.consume(keeper, watched);
      await subscription.whenCaughtUp();
      scene.proxy.freeze();
      await until(() => !subscription.alive(), { timeout: PATIENCE });
      expect(subscription.stuck()).toBe(false);
      scene.proxy.thaw();
      await scene.publish('1');
      await handled(keeper, 1);
      await until(() => subscription.alive(), { timeout: PATIENCE });
      await watched.close();
    },
    PATIENCE,
  );

  it(
    'fetches again what came damaged, and never hands it over (K9)',
    async () => {
      const keeper = new Keeper();
      await scene.publish('x'.repeat(300));
      scene.proxy.damageFetched(1);
      await scene.consume(keeper);
      await handled(keeper, 1);
      expect(keeper.values).toEqual(['x'.repeat(300)]);
    },
    PATIENCE,
  );

  it(
    'ends with a name for it when the records stay damaged (F33)',
    async () => {
      const keeper = new Keeper();
      await scene.publish('x'.repeat(300));
      scene.proxy.damageFetched(Infinity);
      const subscription = await scene.consume(keeper);
      expect(await subscription.ended).toBeInstanceOf(CorruptRecords);
      expect(keeper.values).toEqual([]);
      await expect(scene.log.read({ topic: scene.topic })[Symbol.asyncIterator]().next()).rejects.toThrow(
        CorruptRecords,
      );
    },
    PATIENCE,
  );
});
