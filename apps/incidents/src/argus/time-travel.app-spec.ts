import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { instantOfMillis } from '#libs/core';
import { type ArgusGround, argusGround, START, V1, V2 } from './argus-ground.for-spec.js';

let argus: ArgusGround;

beforeAll(async () => {
  argus = await argusGround();
}, 60_000);

afterAll(() => argus?.service.stop());

/** A moment after all that was answered, and before what comes. */
async function moment(): Promise<string> {
  const now = Date.now();
  while (Date.now() <= now + 1) await new Promise(setImmediate);
  return instantOfMillis(now + 1);
}

describe('asOf', () => {
  it('answers what was answered then: lists, incidents, events, acknowledgements and tags', async () => {
    const { pk } = await argus.open({ tags: [{ tag: 'a=b' }], description: 'first' });
    await argus.open({ description: 'other' });
    const paths = [
      `${V2}`,
      `${V1}mine/?open=true`,
      `${V2}?search=first&acked=false`,
      `${V2}${pk}/`,
      `${V2}${pk}/events/`,
      `${V2}${pk}/acks/`,
      `${V2}${pk}/tags/`,
    ];
    const answers = () => Promise.all(paths.map(async (path) => (await argus.get(path)).body as unknown));
    const steps = [
      () => argus.call('POST', `${V2}${pk}/acks/`, { json: { timestamp: START }, token: argus.jane }),
      () => argus.call('PATCH', `${V2}${pk}/`, { json: { level: 1, description: 'second', tags: [{ tag: 'c=d' }] } }),
      () => argus.say(pk, 'END'),
      () => argus.open({ description: 'first too' }),
    ];
    const seen: [string, unknown[]][] = [];
    for (const step of steps) {
      seen.push([await moment(), await answers()]);
      await step();
    }
    for (const [asOf, before] of seen) {
      const then = await Promise.all(
        paths.map(async (path) => {
          const joined = path.includes('?') ? '&' : '?';
          return (await argus.get(`${path}${joined}asOf=${asOf}`)).body as unknown;
        }),
      );
      expect(then).toEqual(before);
    }
  });

  it('goes along in the links of pages, and says what is wrong with it', async () => {
    for (let n = 0; n < 2; n++) await argus.open();
    const asOf = await moment();
    const { body } = await argus.get(`${V2}?asOf=${asOf}&known=now&page_size=1`);
    expect(body.next).toContain(`asOf=${encodeURIComponent(asOf)}`);
    expect(body.next).toContain('known=now');
    const missing = await argus.get(`${V2}${body.results[0].pk}/?asOf=2020-01-01`);
    expect([missing.status, missing.body]).toEqual([404, { detail: 'No Incident matches the given query.' }]);
    for (const [query, wrong] of [
      ['asOf=then', { asOf: ['Enter a valid date/time.'] }],
      [`asOf=${asOf}&known=later`, { known: ['Select a valid choice. later is not one of the available choices.'] }],
      [`asOf=${asOf}&count`, { count: ['There is no count of the past.'] }],
    ] as const) {
      const answer = await argus.get(`${V2}?${query}`);
      expect([answer.status, answer.body]).toEqual([400, wrong]);
    }
  });
});
