import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ArgusGround, argusGround, START, V1, V2 } from './argus-ground.for-spec.js';

let argus: ArgusGround;

beforeAll(async () => {
  argus = await argusGround();
}, 60_000);

afterAll(() => argus?.service.stop());

const FUTURE = '2999-01-01T00:00:00Z';
const PAST = '2026-11-20T09:40:00Z';

const ack = (pk: number, json: object, token = argus.jane, root = V2) =>
  argus.call('POST', `${root}${pk}/acks/`, { json, token });

describe('D. acknowledgements', () => {
  it('29. with and without description and expiration; an expiration that is not later is 400', async () => {
    const { pk } = await argus.open();
    const plain = await ack(pk, { timestamp: START });
    expect([plain.status, plain.body]).toEqual([
      201,
      {
        pk: expect.any(Number),
        event: {
          pk: plain.body.pk,
          incident: pk,
          actor: { pk: expect.any(Number), username: 'jane' },
          timestamp: START,
          received: expect.any(String),
          type: { value: 'ACK', display: 'Acknowledge' },
          description: '',
        },
        expiration: null,
      },
    ]);
    const long = await ack(pk, { timestamp: PAST, description: 'on it', expiration: FUTURE });
    expect(long.body).toMatchObject({ expiration: FUTURE, event: { description: 'on it' } });
    expect((await ack(pk, { timestamp: PAST, description: '', expiration: null })).status).toBe(201);
    const list = (await argus.get(`${V2}${pk}/acks/`)).body;
    expect(list).toHaveLength(3);
    expect([list[1], list[2]]).toEqual([long.body, plain.body]);
    expect((await argus.get(`${V1}${pk}/acks/${long.body.pk}/`)).body).toEqual(long.body);
    expect((await argus.get(`${V2}${pk}/events/${long.body.pk}/`)).body).toEqual(long.body.event);
    for (const expiration of [START, '2020-01-01']) {
      const { status, body } = await ack(pk, { timestamp: START, expiration });
      const sentence = "'expiration' is earlier than creation timestamp.";
      expect([status, body]).toEqual([400, { non_field_errors: [sentence] }]);
    }
    expect((await ack(pk, {})).body).toEqual({ timestamp: ['This field is required.'] });
    expect((await ack(pk, { timestamp: START, description: null })).body).toEqual({
      description: ['This field may not be null.'],
    });
    expect((await ack(999_999, { timestamp: START })).status).toBe(404);
    expect((await argus.get(`${V2}${pk}/acks/`)).body).toHaveLength(3);
    expect((await argus.call('DELETE', `${V2}${pk}/acks/${long.body.pk}/`)).status).toBe(405);
  });

  it('29b. version 1 nests the event, whose time a person may leave out', async () => {
    const { pk } = await argus.open();
    const { status, body } = await ack(
      pk,
      { event: { description: 'v1', type: 'STA' }, expiration: FUTURE },
      argus.jane,
      V1,
    );
    expect([status, body]).toMatchObject([
      201,
      { expiration: FUTURE, event: { description: 'v1', type: { value: 'ACK' } } },
    ]);
    const none = await ack(pk, { timestamp: START }, argus.jane, V1);
    expect([none.status, none.body]).toEqual([400, { event: ['This field is required.'] }]);
    const wrong = await ack(pk, { event: { timestamp: 'x' } }, argus.jane, V1);
    expect(wrong.body).toEqual({ event: { timestamp: [expect.stringMatching(/^Datetime/)] } });
    expect((await ack(pk, { event: 'x' }, argus.jane, V1)).status).toBe(400);
  });

  it('30. acked is true for no expiration and one to come, false for past ones and none', async () => {
    const acked = async (...acks: object[]) => {
      const { pk } = await argus.open();
      for (const one of acks) expect((await ack(pk, { timestamp: START, ...one })).status).toBe(201);
      return (await argus.read(pk)).acked;
    };
    expect(await acked()).toBe(false);
    expect(await acked({})).toBe(true);
    expect(await acked({ expiration: FUTURE })).toBe(true);
    expect(await acked({ expiration: PAST })).toBe(false);
    expect(await acked({ expiration: FUTURE }, { expiration: PAST })).toBe(true);
  });

  it('31. the expiration can be changed while it has not come; by anybody', async () => {
    const { pk } = await argus.open();
    const { pk: ackPk } = (await ack(pk, { timestamp: START })).body as { pk: number };
    const change = (json: object, method = 'PATCH', token = argus.zabbix) =>
      argus.call(method, `${V2}${pk}/acks/${ackPk}/`, { json, token });
    for (const method of ['PUT', 'PATCH']) {
      const changed = await change({ expiration: FUTURE, timestamp: PAST, description: 'ignored' }, method);
      expect([changed.status, changed.body]).toMatchObject([
        200,
        { pk: ackPk, expiration: FUTURE, event: { timestamp: START } },
      ]);
      expect((await argus.get(`${V2}${pk}/acks/`)).body).toEqual([changed.body]);
    }
    expect((await change({})).body.expiration).toBeNull();
    expect((await change({ expiration: null })).status).toBe(200);
    const past = await change({ expiration: PAST });
    const sentence = /^'expiration' must be later than current moment \(\d{4}-.*\) or null\.$/;
    expect([past.status, past.body]).toEqual([400, { expiration: [expect.stringMatching(sentence)] }]);
    expect((await change({ expiration: 'x' })).status).toBe(400);
    const { pk: over } = (await ack(pk, { timestamp: START, expiration: PAST })).body as { pk: number };
    const expired = await argus.call('PATCH', `${V2}${pk}/acks/${over}/`, { json: { expiration: null } });
    expect([expired.status, expired.body]).toEqual([400, ['Cannot change expired Acknowledgement']]);
    for (const path of [`${pk}/acks/999999/`, `999999/acks/${ackPk}/`]) {
      expect((await argus.call('PATCH', `${V2}${path}`, { json: { expiration: null } })).status).toBe(404);
    }
    expect((await argus.read(pk)).acked).toBe(true);
  });

  it('32. a source may acknowledge', async () => {
    const { pk } = await argus.open();
    const { status, body } = await ack(pk, { timestamp: START }, argus.nav);
    expect([status, body.event.actor.username]).toEqual([201, 'nav1']);
    expect((await argus.read(pk)).acked).toBe(true);
  });
});
