import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventOf, type ProcessingGround, processingGround, topics } from './ground.for-spec.js';
import { type StoreOutboxRelay } from './outbox-relay.js';
import { StoreTransactor } from './transactor.js';

let ground: ProcessingGround;
let relay: StoreOutboxRelay;
let transactor: StoreTransactor;

beforeAll(async () => {
  ground = await processingGround();
  relay = ground.startRelay();
  transactor = new StoreTransactor(ground.store, relay, topics.events);
});

afterAll(() => ground.close());

const said = (n: number) => eventOf('Said', n);

describe('commands', () => {
  it('keep state and events together', async () => {
    await ground.store.query('create table command (n integer primary key)');
    const result = await transactor.transact(async (unit) => {
      await unit.tx.query('insert into command values (1)');
      unit.emit(said(1));
      return 'done';
    });
    const refused = transactor.transact(async (unit) => {
      unit.emit(said(2));
      await unit.tx.query('insert into command values (1)');
    });
    await expect(refused).rejects.toMatchObject({ code: '23505' });
    expect(result).toBe('done');
    await relay.whenDrained();
    expect(ground.published(topics.events)).toEqual([JSON.stringify(said(1))]);
  });

  it('are tried again after a deadlock, and not for ever', async () => {
    let tries = 0;
    const conflict = Object.assign(new Error('deadlock detected'), { code: '40P01' });
    expect(await transactor.transact(() => (++tries < 3 ? Promise.reject(conflict) : Promise.resolve('third')))).toBe(
      'third',
    );
    tries = 0;
    await expect(transactor.transact(() => (tries++, Promise.reject(conflict)))).rejects.toBe(conflict);
    expect(tries).toBe(3);
  });

  it('cannot emit what the broker would refuse', async () => {
    const huge = { ...said(1), payload: 'ä'.repeat(500_001) };
    await expect(transactor.transact((unit) => Promise.resolve(unit.emit(huge)))).rejects.toThrow(RangeError);
  });
});
