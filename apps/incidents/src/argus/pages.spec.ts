import { describe, expect, it } from '@jest/globals';
import { encodeCursor } from '#libs/runtime';
import { isEventPk, isRowId, pageAnswer, pageAsked, type Position } from './pages.js';

const asked = (search: string) => ({
  origin: 'http://tocsin.example:4000',
  url: `/api/v2/incidents/${search}`,
  query: new URLSearchParams(search),
});
const row = (pk: number): Position<number> => ['2026-11-20T09:00:00.000001Z', pk];
const answer = (search: string, rows: readonly Position<number>[]) => {
  const request = asked(search);
  const page = pageAnswer(request, pageAsked(request.query, isEventPk), rows, (one) => one);
  return { ...page, results: page.results.map(([, pk]) => pk) };
};

describe('a page', () => {
  it.each([
    ['', 100],
    ['?page_size=2', 2],
    ['?page_size=0', 100],
    ['?page_size=-3', 100],
    ['?page_size=x', 100],
    ['?page_size=100000000', 10_000],
  ])('of %s has %d rows', (search, size) => expect(pageAsked(asked(search).query, isEventPk).size).toBe(size));

  it('has no neighbours where it is all', () => {
    expect(answer('?page_size=2', [row(2), row(1)])).toEqual({ next: null, previous: null, results: [2, 1] });
  });

  it('leads on with all parameters, sorted, on the origin that was asked', () => {
    const { next } = answer('?tags=a%3Db+c&page_size=2&open=true', [row(3), row(2), row(1)]);
    const cursor = encodeCursor([...row(2), 0]);
    expect(next).toBe(
      `http://tocsin.example:4000/api/v2/incidents/?cursor=${cursor}&open=true&page_size=2&tags=a%3Db+c`,
    );
    const second = answer(new URL(next!).search, [row(1)]);
    expect(second).toMatchObject({ next: null, results: [1] });
    const back = pageAsked(new URL(second.previous!).searchParams, isEventPk);
    expect(back).toEqual({ size: 2, from: row(1), backwards: true });
    expect(answer(new URL(second.previous!).search, [row(2), row(3)])).toMatchObject({
      previous: null,
      results: [3, 2],
    });
  });

  it.each([
    'x',
    '!!',
    encodeCursor([1, 2, 0]),
    encodeCursor(['2026-11-20T09:00:00.000Z', '1', 0]),
    encodeCursor([]),
    encodeCursor(['now', 1, 0]),
  ])('has no cursor %s', (cursor) => {
    expect(() => pageAsked(new URLSearchParams({ cursor }), isRowId)).toThrow(expect.objectContaining({ status: 404 }));
    expect(() => pageAsked(new URLSearchParams({ cursor }), isEventPk)).toThrow(
      expect.objectContaining({ status: 404 }),
    );
  });
});
