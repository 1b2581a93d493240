import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ArgusGround, argusGround, START, V2 } from './argus-ground.for-spec.js';

let argus: ArgusGround;

beforeAll(async () => {
  argus = await argusGround();
}, 60_000);

afterAll(() => argus?.service.stop());

const post = (json: object, token = argus.nav, path = V2) => argus.call('POST', path, { json, token });
const refusedCount = async () => (await argus.get(`${V2}?count`)).body.count as number;

describe('the body of a new incident', () => {
  it.each([
    [{}, { start_time: ['This field is required.'], tags: ['This field is required.'] }],
    [{ description: null }, { description: ['This field may not be null.'] }],
    [{ description: true }, { description: ['Not a valid string.'] }],
    [{ description: 'a\0' }, { description: ['Null characters are not allowed.'] }],
    [{ description: '\ud800' }, { description: ['Surrogate characters are not allowed: U+D800.'] }],
    [{ level: 6 }, { level: ['"6" is not a valid choice.'] }],
    [{ level: null }, { level: ['This field may not be null.'] }],
    [{ metadata: null }, { metadata: ['This field may not be null.'] }],
    [{ metadata: { a: ['\0'] } }, { metadata: ['Null characters are not allowed.'] }],
    [{ metadata: { '\udfff': 1 } }, { metadata: ['Surrogate characters are not allowed: U+DFFF.'] }],
    [{ tags: null }, { tags: ['This field may not be null.'] }],
    [{ tags: 'a=b' }, { tags: { non_field_errors: ['Expected a list of items but got type "str".'] } }],
    [{ tags: [{ tag: 'a=\0' }] }, { tags: { 0: { tag: ['Null characters are not allowed.'] } } }],
    [{ start_time: '2026-02-30' }, { start_time: [expect.stringMatching(/^Datetime has wrong format/)] }],
    [{ start_time: 'infinity' }, { start_time: [expect.stringMatching(/^Datetime has wrong format/)] }],
    [{ start_time: '0001-01-01T00:00:00+01:00' }, { start_time: ['Datetime value out of range.'] }],
  ])('%j is 400', async (own, wrong) => {
    const complete = Object.keys(own).length === 0 ? {} : { start_time: START, tags: [], ...own };
    const { status, body } = await post(complete);
    expect([status, body]).toEqual([400, wrong]);
  });

  it('may be long: 200 kB of description, as deep as JSON may be', async () => {
    const description = 'æ'.repeat(100_000);
    const incident = await argus.open({ description, metadata: nest(28) });
    expect((await argus.read(incident.pk)).description).toBe(description);
    expect((await argus.read(incident.pk)).metadata).toEqual(nest(28));
  });

  it('is refused where it is too much, and nothing is created', async () => {
    const before = await refusedCount();
    const tags = Array.from({ length: 10_000 }, (_, n) => ({ tag: `n=${n}` }));
    for (const own of [{ tags }, { description: 'x'.repeat(300_000) }, { metadata: nest(40) }]) {
      expect((await post({ start_time: START, tags: [], ...own })).status).toBe(400);
    }
    const deep = `{"start_time":"${START}","tags":[],"metadata":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const headers = { 'content-type': 'application/json' };
    expect((await argus.call('POST', V2, { body: deep, headers })).status).toBe(400);
    const huge = await argus.call('POST', V2, { body: 'x'.repeat(2 ** 20 + 1), headers });
    expect([huge.status, huge.body]).toEqual([413, { detail: 'Request body is too large.' }]);
    for (const own of ['"__proto__":{"a":1}', '"constructor":{"prototype":1}']) {
      const body = `{"start_time":"${START}","tags":[],${own}}`;
      expect((await argus.call('POST', V2, { body, headers })).status).toBe(400);
    }
    expect(await refusedCount()).toBe(before);
  });

  it('may be a form, or come in parts', async () => {
    const form = new URLSearchParams({
      start_time: START,
      'tags[0]tag': 'a=b',
      end_time: '',
      level: '2',
      metadata: '{"a":1}',
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const sent = await argus.call('POST', V2, { body: form.toString(), headers });
    expect([sent.status, sent.body]).toMatchObject([201, { stateful: false, level: 2, metadata: { a: 1 } }]);
    const parts = new FormData();
    parts.set('start_time', START);
    parts.set('tags[0]tag', 'a=c');
    parts.set('description', 'in parts');
    const inParts = await argus.call('POST', V2, { body: parts });
    expect([inParts.status, inParts.body.tags[0].tag, inParts.body.open]).toEqual([201, 'a=c', true]);
    const wrong = await argus.call('POST', V2, { body: 'level=9', headers });
    expect(Object.keys(wrong.body as object).sort()).toEqual(['level', 'start_time', 'tags']);
  });
});

function nest(depth: number): unknown {
  return depth === 0 ? 'leaf' : { a: nest(depth - 1) };
}
