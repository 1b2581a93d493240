import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { armCrashpoints } from '#libs/core';
import { EventPublisher, type OutgoingRecord, type Position, PublishError } from '#libs/event-stream';
import { insertOutbox, outboxDepth, type OutboxRecord } from '#libs/store';
import { until } from '#libs/testing';
import { FicklePublisher, type ProcessingGround, processingGround, topics } from './ground.for-spec.js';
import { type OutboxRelay, StoreOutboxRelay } from './outbox-relay.js';

let ground: ProcessingGround;

beforeAll(async () => {
  ground = await processingGround();
});

afterAll(() => ground.close());

beforeEach(async () => {
  await ground.store.query('truncate outbox');
});

const record = (key: string, value: string) => ({ topic: topics.events, key, headers: { id: value }, value });

async function commit(relay: OutboxRelay | undefined, ...records: OutboxRecord[]): Promise<void> {
  const shards = await ground.store.transaction((tx) => insertOutbox(tx, 'spec', records));
  relay?.wake(shards);
}

const valuesOf = (key: string) =>
  ground
    .records(topics.events)
    .filter((each) => each.key?.toString() === key)
    .map((each) => each.value?.toString());

/** Ends every session of the spec's database but the caller's own. */
const cutSessions = () =>
  ground.store.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );

async function withRelay(work: (relay: StoreOutboxRelay) => Promise<void>): Promise<void> {
  const relay = ground.startRelay();
  try {
    await work(relay);
  } finally {
    await relay.stop();
  }
}

describe('the outbox relay', () => {
  it('publishes what was committed, headers and all, and leaves nothing behind', () =>
    withRelay(async (relay) => {
      await commit(relay, record('one', '1a'), record('one', '1b'));
      await relay.whenDrained();
      expect(valuesOf('one')).toEqual(['1a', '1b']);
      expect(ground.records(topics.events).find(({ value }) => value?.toString() === '1b')?.headers).toEqual({
        id: '1b',
      });
      expect(await outboxDepth(ground.store, 10)).toBe(0);
    }));

  it('publishes leftovers of an earlier life first', async () => {
    await commit(undefined, record('left', 'before'));
    await withRelay(async (relay) => {
      await commit(relay, record('left', 'after'));
      await relay.whenDrained();
      expect(valuesOf('left')).toEqual(['before', 'after']);
    });
  });

  it('is drained at once when there is nothing', () => withRelay((relay) => relay.whenDrained()));

  it('waits for the log to come back, in order and without another wake', () =>
    withRelay(async (relay) => {
      ground.publisher.down = true;
      const calls = ground.publisher.calls;
      for (let n = 0; n < 5; n++) await commit(relay, record('down', String(n)));
      await until(() => ground.publisher.calls > calls + 1);
      expect(relay.healthy()).toBe(false);
      ground.publisher.down = false;
      await relay.whenDrained();
      expect(valuesOf('down')).toEqual(['0', '1', '2', '3', '4']);
      expect(relay.healthy()).toBe(true);
    }));

  it('goes on after its session was ended', () =>
    withRelay(async (relay) => {
      await relay.whenDrained();
      await cutSessions();
      await commit(relay, record('cut', '1'));
      await relay.whenDrained();
      expect(valuesOf('cut')).toEqual(['1']);
    }));

  it('publishes again, under the same id, what it could not mark as done', () =>
    withRelay(async (relay) => {
      await relay.whenDrained();
      let cut = false;
      armCrashpoints((name) => {
        if (name === 'relay.after-publish' && !cut) {
          cut = true;
          throw Object.assign(new Error('the session is gone'), { code: '57P01' });
        }
      });
      try {
        await commit(relay, record('twice', '1'), record('twice', '2'));
        await relay.whenDrained();
        await commit(relay, record('twice', '3'));
        await relay.whenDrained();
      } finally {
        armCrashpoints(undefined);
      }
      expect(valuesOf('twice')).toEqual(['1', '2', '1', '2', '3']);
    }));

  it('has one publish outstanding, whatever wakes it', () =>
    withRelay(async (relay) => {
      ground.publisher.mostAtOnce = 0;
      await Promise.all(
        Array.from({ length: 40 }, async (_, n) => {
          await commit(relay, record(`many-${n % 4}`, String(n)));
          relay.wake();
        }),
      );
      await relay.whenDrained();
      expect(ground.publisher.mostAtOnce).toBe(1);
      expect(ground.records(topics.events).filter(({ key }) => key?.toString().startsWith('many-'))).toHaveLength(40);
    }));

  it('keeps the order of each key with writers that overlap', () =>
    withRelay(async (relay) => {
      const committed = new Map<string, string[]>();
      const writer = async (w: number) => {
        for (let n = 0; n < 25; n++) {
          const key = `order-${(w + n) % 3}`;
          const value = `${w}.${n}`;
          const shards = await ground.store.transaction(async (tx) => {
            const shards = await insertOutbox(tx, 'spec', [record(key, value)]);
            // Holding the shard's lock nobody else can be between here and the commit with the same key.
            committed.set(key, [...(committed.get(key) ?? []), value]);
            if (n % 4 === 0) await tx.query('select pg_sleep(0.003)');
            return shards;
          });
          relay.wake(shards);
        }
      };
      await Promise.all([0, 1, 2, 3, 4].map(writer));
      await relay.whenDrained();
      for (const [key, values] of committed) expect(valuesOf(key)).toEqual(values);
    }));

  it('starts to publish within milliseconds of a commit', () =>
    withRelay(async (relay) => {
      const timed = new TimedPublisher(ground.publisher);
      const own = new StoreOutboxRelay({
        store: ground.store,
        publisher: timed,
        log: ground.log,
        metrics: ground.metrics,
      });
      await relay.stop();
      own.start();
      await own.whenDrained();
      const waits: number[] = [];
      for (let n = 0; n < 60; n++) {
        const called = timed.next();
        const shards = await ground.store.transaction((tx) => insertOutbox(tx, 'spec', [record('fast', String(n))]));
        const committed = performance.now();
        own.wake(shards);
        waits.push((await called) - committed);
      }
      await own.stop();
      const median = waits.sort((a, b) => a - b)[30]!;
      expect(median).toBeLessThan(10);
    }));

  it('fails who waits when it is stopped, and gives up on a log that stays away', async () => {
    const down = new FicklePublisher(ground.publisher);
    down.down = true;
    const relay = ground.startRelay({ publisher: down });
    await commit(relay, record('never', '1'));
    const drained = relay.whenDrained();
    await until(() => down.calls > 0);
    const refused = expect(drained).rejects.toThrow('stopped');
    await relay.stop();
    await refused;
    await expect(relay.whenDrained()).rejects.toThrow('stopped');
    expect(await outboxDepth(ground.store, 10)).toBe(1);
  });
});

describe('dead letters', () => {
  it('hold no event up where their topic does not take them, and follow when it does', async () => {
    const picky = new PickyPublisher(ground.publisher);
    const relay = ground.startRelay({ publisher: picky });
    const letter = { ...record('letters', 'a letter'), topic: topics.deadLetters, aside: true };
    await commit(relay, letter, record('beside', '1'));
    await commit(relay, record('beside', '2'));
    await until(() => valuesOf('beside').length === 2);
    await until(() => !relay.healthy());
    expect(ground.published(topics.deadLetters)).toEqual([]);
    picky.refuses = undefined;
    await relay.whenDrained();
    expect(ground.published(topics.deadLetters)).toEqual(['a letter']);
    await relay.stop();
  });
});

describe('two relays', () => {
  it('share the work without publishing anything twice, and one goes on for the other', async () => {
    const [one, two] = [ground.startRelay(), ground.startRelay()];
    await Promise.all(
      Array.from({ length: 60 }, (_, n) => commit(n % 2 ? one : two, record(`two-${n % 5}`, String(n)))),
    );
    await Promise.all([one.whenDrained(), two.whenDrained()]);
    const count = () => ground.records(topics.events).filter(({ key }) => key?.toString().startsWith('two-')).length;
    expect(count()).toBe(60);
    await one.stop();
    await commit(two, record('two-0', 'later'));
    await two.whenDrained();
    expect(count()).toBe(61);
    await two.stop();
  });

  it('tell each other what was committed: nothing waits for the next look', async () => {
    const [owner, other] = [ground.startRelay(), ground.startRelay()];
    await Promise.all([owner.whenDrained(), other.whenDrained()]);
    const started = performance.now();
    for (let n = 0; n < 10; n++) {
      await commit(other, record('told', String(n)));
      await until(() => valuesOf('told').length > n, { interval: 1 });
    }
    expect(performance.now() - started).toBeLessThan(5_000);
    await owner.stop();
    await other.stop();
  });
});

/** Tells when it is called. */
class TimedPublisher extends EventPublisher {
  private called: ((at: number) => void) | undefined;

  constructor(private readonly inner: EventPublisher) {
    super();
  }

  next(): Promise<number> {
    return new Promise((resolve) => (this.called = resolve));
  }

  publish(records: readonly OutgoingRecord[]): Promise<readonly Position[]> {
    this.called?.(performance.now());
    return this.inner.publish(records);
  }
}

/** Refuses records of one topic. */
class PickyPublisher extends EventPublisher {
  refuses: string | undefined = topics.deadLetters;

  constructor(private readonly inner: EventPublisher) {
    super();
  }

  publish(records: readonly OutgoingRecord[]): Promise<readonly Position[]> {
    if (records.some(({ topic }) => topic === this.refuses)) return Promise.reject(new PublishError('not this topic'));
    return this.inner.publish(records);
  }
}
