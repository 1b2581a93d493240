import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ArgusGround, argusGround, type Shown, START, V1, V2 } from './argus-ground.for-spec.js';

let argus: ArgusGround;

beforeAll(async () => {
  argus = await argusGround();
}, 60_000);

afterAll(() => argus?.service.stop());

const FUTURE = '2999-01-01T00:00:00Z';
const PAST = '2026-11-20T09:40:00Z';
const ack = (pk: number, own: object = {}) =>
  argus.call('POST', `${V2}${pk}/acks/`, { json: { timestamp: START, ...own }, token: argus.jane });
const pksOf = (shown: readonly Pick<Shown, 'pk'>[]) => shown.map(({ pk }) => pk).toSorted((a, b) => a - b);

/** The keys that a list answers, of those that carry the tag `of=<group>`. */
async function found(group: string, query: string, path = V2): Promise<number[]> {
  const { status, body } = await argus.get(`${path}?tags=of%3D${group}&page_size=1000&${query}`);
  expect([query, status]).toEqual([query, 200]);
  return pksOf(body.results as Shown[]);
}

describe('F. filters', () => {
  it('35. open, acked, stateful and ticket part the incidents; stateless ones are neither open nor closed', async () => {
    const tags = [{ tag: 'of=f35' }];
    const open = await argus.open({ tags });
    const closed = await argus.open({ tags, end_time: PAST, ticket_url: 'https://t.example.org/1' });
    const later = await argus.open({ tags, end_time: FUTURE });
    const stateless = await argus.open({ tags, end_time: null });
    await ack(open.pk);
    await ack(closed.pk, { expiration: FUTURE });
    await ack(later.pk, { expiration: PAST });
    const all = [open, closed, later, stateless];
    for (const root of [V2, V1, `${V2}mine/`]) {
      const list = (query: string) => found('f35', query, root);
      expect(await list('open=true')).toEqual(pksOf([open, later]));
      expect(await list('open=false')).toEqual(pksOf([closed]));
      expect(await list('acked=1')).toEqual(pksOf([open, closed]));
      expect(await list('acked=False')).toEqual(pksOf([later, stateless]));
      expect(await list('stateful=true')).toEqual(pksOf([open, closed, later]));
      expect(await list('stateful=0')).toEqual(pksOf([stateless]));
      expect(await list('ticket=TRUE')).toEqual(pksOf([closed]));
      expect(await list('ticket=false')).toEqual(pksOf([open, later, stateless]));
      expect(await list('hide_closed_acked=true')).toEqual(pksOf([open, later, stateless]));
      expect(await list('hide_closed_acked=false')).toEqual(pksOf(all));
      expect(await list('open=yes&acked=&ticket=2&junk=1&ordering=pk')).toEqual(pksOf(all));
      expect(await list('open=false&open=true')).toEqual(pksOf([open, later]));
      expect(await list('open=true&acked=true')).toEqual(pksOf([open]));
      expect(await list('end_time__isnull=true')).toEqual(pksOf([stateless]));
      expect(await list('end_time__isnull=false')).toEqual(pksOf([open, closed, later]));
    }
  });

  it('36. one tag; values of one key are either, keys are all', async () => {
    const a = await argus.open({ tags: [{ tag: 'of=f36' }, { tag: 'host=a' }, { tag: 'if=1=1' }] });
    const b = await argus.open({ tags: [{ tag: 'of=f36' }, { tag: 'host=b' }] });
    const both = await argus.open({ tags: [{ tag: 'of=f36' }, { tag: 'host=a' }, { tag: 'host=b' }] });
    const list = async (tags: string) =>
      pksOf((await argus.get(`${V2}?tags=${encodeURIComponent(tags)}`)).body.results as Shown[]);
    expect(await list('of=f36')).toEqual(pksOf([a, b, both]));
    expect(await list('of=f36,host=a')).toEqual(pksOf([a, both]));
    expect(await list('of=f36, host=a ,host=b')).toEqual(pksOf([a, b, both]));
    expect(await list('of=f36,host=a,if=1=1')).toEqual(pksOf([a]));
    expect(await list('of=f36,host=c')).toEqual([]);
    const last = await argus.get(`${V2}?tags=of%3Df36&tags=host%3Dnobody`);
    expect(last.body.results).toEqual([]);
    for (const [tags, sentence] of [
      ['host', 'The tag does not have its delimiter: =.'],
      ['host=', expect.any(String)],
    ]) {
      const { status, body } = await argus.get(`${V2}?tags=${String(tags)}`);
      expect([status, body]).toEqual([400, { tags: [sentence] }]);
    }
  });

  it('37. duration__gte counts minutes of open and closed ones; stateless ones have none', async () => {
    const tags = [{ tag: 'of=f37' }];
    const now = new Date().toISOString();
    const openLong = await argus.open({ tags });
    const openShort = await argus.open({ tags, start_time: now });
    const closedLong = await argus.open({ tags, end_time: '2026-11-20T09:48:13.321456Z' });
    const closedShort = await argus.open({ tags, end_time: '2026-11-20T09:48:13.321455Z' });
    const stateless = await argus.open({ tags, end_time: null });
    expect(await found('f37', 'duration__gte=10')).toEqual(pksOf([openLong, closedLong]));
    expect(await found('f37', 'duration__gte=9')).toEqual(pksOf([openLong, closedLong, closedShort]));
    const all = pksOf([openLong, openShort, closedLong, closedShort, stateless]);
    expect(await found('f37', 'duration__gte=0')).toEqual(all);
    expect(await found('f37', 'duration__gte=99999999999')).toEqual([]);
    expect((await argus.get(`${V2}?duration__gte=long`)).body).toEqual({ duration__gte: ['Enter a number.'] });
  });

  it('38. a stored filter or profile that is not there finds nothing; a decimal is 400', async () => {
    await argus.open();
    for (const name of ['filter_pk', 'notificationprofile_pk']) {
      for (const path of [V2, V1, `${V2}mine/`]) {
        const { status, body } = await argus.get(`${path}?${name}=12`);
        expect([status, body]).toEqual([200, { next: null, previous: null, results: [] }]);
      }
      expect((await argus.get(`${V2}?${name}=1.5`)).status).toBe(400);
      expect((await argus.get(`${V2}?${name}=`)).body.results).not.toEqual([]);
    }
  });

  it('39. next leads to every incident once, with the filters, under concurrent closes too; and previous back', async () => {
    const tags = [{ tag: 'of=f39' }];
    const opened: Shown[] = [];
    for (let n = 0; n < 11; n++) opened.push(await argus.open({ tags, start_time: n % 3 === 0 ? START : PAST }));
    const seen: Shown[] = [];
    const cursors: string[] = [];
    let next: string | null = `${V2}?tags=of%3Df39&page_size=2&open=true`;
    let previous: string | null = null;
    while (next !== null) {
      const { body }: { body: { next: string | null; previous: string | null; results: Shown[] } } =
        await argus.get(next);
      seen.push(...body.results);
      for (const { pk } of body.results) await argus.say(pk, 'END');
      if (body.next !== null) {
        expect(body.next).toMatch(
          new RegExp(`^${argus.service.url}${V2}\\?cursor=[^&]+&open=true&page_size=2&tags=of%3Df39$`),
        );
        cursors.push(body.next);
      }
      [next, previous] = [body.next && body.next.slice(argus.service.url.length), body.previous];
    }
    expect(pksOf(seen)).toEqual(pksOf(opened));
    expect(cursors).toHaveLength(5);
    const times = seen.map(({ start_time }) => Date.parse(start_time));
    expect(times).toEqual(times.toSorted((x, y) => y - x));
    expect(previous).not.toBeNull();
    const back: Shown[] = [];
    const first = (await argus.get(`${V2}?tags=of%3Df39&page_size=4`)).body;
    const second = (await argus.get(first.next.slice(argus.service.url.length))).body;
    back.push(...(await argus.get(second.previous.slice(argus.service.url.length))).body.results);
    expect(back).toEqual(first.results);
    for (const cursor of ['bogus', '%00', 'cD0yMDI2', encodeURIComponent("' or 1=1 --")]) {
      const { status, body } = await argus.get(`${V2}?cursor=${cursor}`);
      expect([status, body]).toEqual([404, { detail: 'Invalid cursor' }]);
    }
  });

  it('39b. links are of the origin that was asked', async () => {
    for (let n = 0; n < 2; n++) await argus.open();
    const headers = { 'x-forwarded-host': 'argus.example.org:8443', 'x-forwarded-proto': 'https' };
    const { body } = await argus.call('GET', `${V2}mine/?page_size=1`, { headers });
    expect(body.next).toMatch(
      /^https:\/\/argus\.example\.org:8443\/api\/v2\/incidents\/mine\/\?cursor=[^&]+&page_size=1$/,
    );
  });

  it('40. levels, keys, sources and times narrow the list; some only where all sources are listed', async () => {
    const tags = [{ tag: 'of=f40' }];
    const own = await argus.open({
      tags,
      level: 1,
      source_incident_id: 'f40',
      start_time: '2026-01-01T00:00:00.000001Z',
    });
    const other = await argus.open(
      { tags, level: 4, end_time: '2026-01-03T00:00:00Z', start_time: '2026-01-02T00:00:00Z' },
      argus.zabbix,
    );
    const list = (query: string) => found('f40', query);
    const ownOnly = pksOf([own]);
    const otherOnly = pksOf([other]);
    const both = pksOf([own, other]);
    for (const [query, pks] of [
      ['level__lte=3', ownOnly],
      ['level__lte=4', both],
      ['level__lte=9', both],
      ['level__lte=0', []],
      [`id__in=${own.pk},999999,%20${own.pk}`, ownOnly],
      [`id__in=${'9'.repeat(30)}`, []],
      [`source__id__in=${other.source.pk}`, otherOnly],
      ['source__id__in=99999999999', []],
      ['source__name__in=nav1,nobody', ownOnly],
      ['source__name__in=nobody', []],
      ['source__type__in=zabbix,nav', both],
      ['source_incident_id=f40', ownOnly],
      ['source_incident_id=F40', []],
      ['start_time__gte=2026-01-01T00:00:00.000001', both],
      ['start_time__gte=2026-01-01T00:00:00.000002', otherOnly],
      ['start_time__lte=2026-01-01T00:00:00.000001Z', ownOnly],
      ['start_time__lte=2026-01-02T00:00:00%2B00:00', both],
      ['end_time__gte=2026-01-04', ownOnly],
      ['end_time__gte=2026-01-03', both],
      ['end_time__lte=2026-01-03', otherOnly],
      ['token_expiry=false', []],
    ] as [string, number[]][])
      expect([query, await list(query)]).toEqual([query, pks]);
    for (const [query, body] of [
      ['id__in=1,x', { id__in: ['Enter a number.'] }],
      [
        'source__type__in=NAV',
        { source__type__in: ['Select a valid choice. NAV is not one of the available choices.'] },
      ],
      ['start_time__gte=2026-01-01T00:00:00+01:00', { start_time__gte: ['Enter a valid date/time.'] }],
      ['end_time__lte=infinity', { end_time__lte: ['Enter a valid date/time.'] }],
      ['source_incident_id=%00', { source_incident_id: ['Null characters are not allowed.'] }],
    ] as const)
      expect(await argus.get(`${V2}?${query}`)).toMatchObject({ status: 400, body });
    const ignored = `level__lte=x&id__in=x&source__id__in=x&source__type__in=x&source__name__in=x&search=x`;
    expect(await found('f40', ignored, `${V2}mine/`)).toEqual(ownOnly);
    expect((await argus.get(`${V2}mine/?source_incident_id=f40`)).body.results).toEqual([own]);
  });

  it('counts instead of listing, where it is asked to', async () => {
    const tags = [{ tag: 'of=count' }];
    for (let n = 0; n < 3; n++) await argus.open({ tags });
    for (const path of [V2, `${V1}mine/`]) {
      const { body } = await argus.get(`${path}?count&tags=of%3Dcount&open=true`);
      expect(body).toEqual({ count: 3, params: { count: '', tags: 'of=count', open: 'true' } });
    }
  });
});
