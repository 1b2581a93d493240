import { describe, expect, it } from '@jest/globals';
import { contentTypeProblem, mediaTypeOf } from './content-type.js';

const JSON_ONLY = ['application/json'];

describe('the media type of a body', () => {
  it.each([
    ['application/json', 'application/json'],
    ['Application/JSON', 'application/json'],
    [' application/json ; charset=utf-8', 'application/json'],
    ['application/json;charset="UTF-8"', 'application/json'],
    ['application/json; version=1', 'application/json'],
    ['application/json; charset=utf-16', undefined],
    ['application', undefined],
    ['text/html, application/json', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s is %s', (type, media) => expect(mediaTypeOf(type)).toBe(media));

  it('is not asked for where there is no body', () => {
    expect(contentTypeProblem({}, JSON_ONLY)).toBeUndefined();
    expect(contentTypeProblem({ 'content-length': '0' }, JSON_ONLY)).toBeUndefined();
  });

  it('may be packed where the route unpacks it, and only so', () => {
    const packed = { 'content-type': 'application/json', 'content-encoding': 'GZIP', 'content-length': '2' };
    expect(contentTypeProblem(packed, JSON_ONLY, ['gzip'])).toBeUndefined();
    expect(contentTypeProblem({ ...packed, 'content-encoding': 'br' }, JSON_ONLY, ['gzip'])).toMatchObject({
      status: 415,
      details: { headers: { 'accept-encoding': 'identity, gzip' } },
    });
  });

  it.each([
    [{ 'content-length': '2' }, JSON_ONLY],
    [{ 'transfer-encoding': 'chunked' }, JSON_ONLY],
    [{ 'content-type': 'application/json', 'content-length': '2' }, ['application/x-ndjson']],
    [{ 'content-type': 'application/json', 'content-encoding': 'br', 'content-length': '2' }, JSON_ONLY],
  ])('%j is refused where %j is taken', (headers, taken) => {
    expect(contentTypeProblem(headers, taken)).toMatchObject({ status: 415 });
  });
});
