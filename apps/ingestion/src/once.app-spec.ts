import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testInstallation, type TestInstallation } from '#libs/testing';
import { type Answer, type IngestionForSpec, ingestionForSpec } from './ingestion-for-spec.js';

let installation: TestInstallation;
let one: IngestionForSpec;
let two: IngestionForSpec;

beforeAll(async () => {
  installation = await testInstallation();
  one = await ingestionForSpec({}, installation);
  two = await ingestionForSpec({}, installation);
}, 40_000);

afterAll(async () => {
  await one?.stop();
  await two?.stop();
  await installation?.drop();
});

const PATH = '/tocsin/v1/events';
const under = (key: string) => ({ headers: { 'idempotency-key': key } });
const named = async (name: string) => (await one.events()).filter((event) => event.name === name);
const alert = { status: 'firing', labels: { alertname: 'once' }, startsAt: '2026-11-20T09:00:00Z' };

/** `count` posts at the same time, every other one at the other replica. */
function together(count: number, path: string, body: unknown, key?: string): Promise<Answer[]> {
  const init = key === undefined ? {} : under(key);
  return Promise.all(Array.from({ length: count }, (_, i) => (i % 2 ? one : two).post(path, body, init)));
}

function expectEqual(answers: readonly Answer[], status: number): void {
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status]));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
}

describe('an Idempotency-Key', () => {
  it('makes two hundred equal requests at two replicas one event, with two hundred equal answers (F41)', async () => {
    const answers = await together(200, PATH, { name: 'f41', payload: { n: 1 } }, 'f41');
    expectEqual(answers, 202);
    const events = await named('f41');
    expect(events.map(({ metadata }) => metadata.id)).toEqual([answers[0]!.json.accepted[0].id]);
    expectEqual([answers[0]!, await one.post(PATH, { name: 'f41', payload: { n: 1 } }, under('f41'))], 202);
    expect(await named('f41')).toHaveLength(1);
  });

  it('holds for alerts, pushed and by webhook, and for several items', async () => {
    expectEqual(await together(20, '/alerts/once', { version: '4', alerts: [alert, alert] }, 'hook'), 200);
    expectEqual(await together(20, '/alerts/once/api/v2/alerts', [alert], 'push'), 200);
    const events = (await named('AlertFired')).filter(
      ({ payload }) => (payload as { partition: string }).partition === 'once',
    );
    expect(events).toHaveLength(3);
    expect(new Set(events.map(({ metadata }) => metadata.id)).size).toBe(3);
  });

  it('refuses another body and another path under it', async () => {
    await one.post(PATH, { name: 'reused', payload: 1 }, under('reused'));
    for (const replica of [one, two]) {
      const answer = await replica.post(PATH, { name: 'reused', payload: 2 }, under('reused'));
      expect(answer).toMatchObject({ status: 422, json: { fields: { 'Idempotency-Key': expect.any(String) } } });
      expect((await replica.post('/alerts/once', { name: 'reused', payload: 1 }, under('reused'))).status).toBe(422);
    }
    expect(await named('reused')).toHaveLength(1);
  });

  it('belongs to the token', async () => {
    const { token } = await one.token({});
    const body = { name: 'per-token', payload: 1 };
    await one.post(PATH, body, under('shared'));
    expect((await one.post(PATH, { ...body, payload: 2 }, { ...under('shared'), token })).status).toBe(202);
    expect(await named('per-token')).toHaveLength(2);
  });

  it('is free again after a request that could not be used', async () => {
    expect((await one.post(PATH, { name: '' }, under('mended'))).status).toBe(400);
    expect((await two.post(PATH, { name: 'mended', payload: 1 }, under('mended'))).status).toBe(202);
  });

  it('is refused when it is no key', async () => {
    const answer = await one.post(PATH, { name: 'x', payload: 1 }, under('x'.repeat(256)));
    expect(answer).toMatchObject({ status: 400, json: { fields: { 'Idempotency-Key': expect.any(String) } } });
  });
});

describe('an event with its own id', () => {
  it('lies on the log once, however often it comes, and is answered alike', async () => {
    const body = { name: 'own-id', payload: { b: 2, a: 1 }, metadata: { id: 'own-1' } };
    const answers = await together(50, PATH, body);
    expectEqual(answers, 202);
    expect(answers[0]!.json.accepted).toEqual([
      { id: 'own-1', topic: expect.any(String), partition: expect.any(Number), offset: expect.any(Number) },
    ]);
    const reordered = await one.post(PATH, { ...body, payload: { a: 1, b: 2 } });
    expectEqual([answers[0]!, reordered], 202);
    expect(await named('own-id')).toHaveLength(1);
  });

  it('is one in a batch and across batches, beside others', async () => {
    const body = (id?: string): object => ({ name: 'batched', payload: 1, ...(id && { metadata: { id } }) });
    const first = await one.post(PATH, [body('b-1'), body(), body('b-1'), body('b-2')]);
    const second = await two.post(PATH, [body('b-2'), body('b-3'), body('b-1')]);
    const places = (answer: Answer) =>
      new Map(answer.json.accepted.map((receipt: { id: string }) => [receipt.id, receipt]));
    expect(first.json.accepted).toHaveLength(4);
    expect(places(second).get('b-1')).toEqual(places(first).get('b-1'));
    expect(places(second).get('b-2')).toEqual(places(first).get('b-2'));
    expect(await named('batched')).toHaveLength(4);
  });

  it('never waits for itself when two batches name the same ids in opposite order', async () => {
    const ids = Array.from({ length: 50 }, (_, i) => `x-${i}`);
    const batch = (order: string[]): object[] => order.map((id) => ({ name: 'crossed', payload: 1, metadata: { id } }));
    const answers = await Promise.all([
      one.post(PATH, batch(ids)),
      two.post(PATH, batch([...ids].reverse())),
      one.post(PATH, batch([...ids].reverse())),
    ]);
    for (const answer of answers) expect(answer.json.accepted).toHaveLength(50);
    expect(await named('crossed')).toHaveLength(50);
  });

  it('is rejected when another event has it', async () => {
    await one.post(PATH, { name: 'taken', payload: 1, metadata: { id: 'taken' } });
    const answer = await two.post(PATH, { name: 'taken', payload: 2, metadata: { id: 'taken' } });
    expect(answer).toMatchObject({ status: 422, json: { fields: { 'metadata.id': expect.any(String) } } });
    const batch = await two.post(PATH, [
      { name: 'taken', payload: 2, metadata: { id: 'taken' } },
      { name: 'taken', payload: 3 },
    ]);
    expect(batch).toMatchObject({ status: 202, json: { rejected: [{ index: 0 }] } });
  });
});
