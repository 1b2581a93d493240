import { describe, expect, it } from '@jest/globals';
import { characterFaults, datetime, endTime, integer, json, level, list, text, url } from './readers.js';
import { tag, tags } from './tags.js';

const value = <T>(of: T) => ({ value: of });
const errors = (of: unknown) => ({ errors: of });

describe('a text', () => {
  it.each([
    ['  a b ', value('a b')],
    [42, value('42')],
    [12.5, value('12.5')],
    [true, errors(['Not a valid string.'])],
    [['a'], errors(['Not a valid string.'])],
    [{}, errors(['Not a valid string.'])],
    [' ', errors(['This field may not be blank.'])],
    ['a\0b', errors(['Null characters are not allowed.'])],
    ['a\ud800b', errors(['Surrogate characters are not allowed: U+D800.'])],
    ['a\ud83d\ude00b', value('a😀b')],
    ['x'.repeat(200_000), value('x'.repeat(200_000))],
  ])('of %j', (given, outcome) => expect(text()(given)).toEqual(outcome));

  it('may be empty where it is said', () => expect(text({ blank: true })('  ')).toEqual(value('')));
  it('has a bound', () =>
    expect(text({ max: 3 })('abcd')).toEqual(errors(['Ensure this field has no more than 3 characters.'])));
  it('names both faults', () => expect(characterFaults('\0\udfff')).toHaveLength(2));
});

describe('a level', () => {
  it.each([1, 5, '3'])('may be %j', (given) => expect(level(given)).toEqual(value(Number(given))));
  it.each([
    [6, '"6" is not a valid choice.'],
    [0, '"0" is not a valid choice.'],
    ['x', '"x" is not a valid choice.'],
    ['', '"" is not a valid choice.'],
    [true, '"true" is not a valid choice.'],
    [[1], '"[1]" is not a valid choice.'],
  ])('may not be %j', (given, sentence) => expect(level(given)).toEqual(errors([sentence])));
});

describe('a web address', () => {
  it.each([
    'https://tickets.example.org/1?a=b#c',
    'http://localhost:8000/x',
    'ftp://u:p@10.0.0.1/',
    'http://[::1]/x',
    'https://sø.example.no',
  ])('may be %s', (given) => expect(url(given)).toEqual(value(given)));
  it.each(['', 'bad', 'http://', 'jira/1', 'http://host', 'javascript:alert(1)', 'http://a b.org', '//a.org', 12])(
    'may not be %j',
    (given) => expect(url(given)).toEqual(errors(['Enter a valid URL.'])),
  );
  it('answers soon, whatever it is', () => {
    const started = performance.now();
    for (const one of ['a', 'a.', 'a-', '-a.', 'aa.bb.']) url(`http://${one.repeat(2040 / one.length)}`);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('an end', () => {
  it.each([
    ['infinity', 'UTC', value('infinity')],
    ['-infinity', 'UTC', value('-infinity')],
    ['9999-12-31T23:59:59.999999', 'Europe/Oslo', value('infinity')],
    ['9999-12-31T23:59:59.999999+00:00', 'UTC', value('infinity')],
    ['9999-12-31T23:59:59.999999+00:00', 'Europe/Oslo', errors(['Datetime value out of range.'])],
    ['2020-12-11T15:50:42Z', 'UTC', value('2020-12-11T15:50:42.000Z')],
  ])('%s in %s', (given, zone, outcome) => expect(endTime(zone)(given)).toEqual(outcome));

  it.each(['Infinity', '', 5, true])('is not %j', (given) => {
    expect(endTime('UTC')(given)).toEqual(
      errors([expect.stringMatching(/^Datetime has wrong format.*, or 'infinity'\.$/)]),
    );
    expect(datetime('UTC')(given)).toEqual(endTime('UTC')(given));
  });
});

describe('metadata', () => {
  it('is any JSON, as deep as a body may be', () => {
    for (const given of [0, 'a', [], { a: [{ b: null }] }, false]) expect(json(false)(given)).toEqual(value(given));
  });
  it('holds nothing that cannot be kept, in keys neither', () => {
    expect(json(false)({ a: [{ 'k\0': 1 }] })).toEqual(errors(['Null characters are not allowed.']));
    expect(json(false)({ a: ['\udc00'] })).toEqual(errors(['Surrogate characters are not allowed: U+DC00.']));
    expect(json(false)(Array.from({ length: 500_000 }, () => 1))).toHaveProperty('value');
  });
  it('is a text of JSON in a form', () => {
    expect(json(true)('{"a":1}')).toEqual(value({ a: 1 }));
    expect(json(true)('{')).toEqual(errors(['Value must be valid JSON.']));
  });
});

describe('a whole number', () => {
  it('may be a text', () => expect(integer(' 12 ')).toEqual(value(12)));
  it.each(['x', 1.5, true, '', '1e3'])('is not %j', (given) =>
    expect(integer(given)).toEqual(errors(['A valid integer is required.'])),
  );
});

describe('a list', () => {
  it('says which items are wrong', () => {
    expect(list(integer)([1, 'x'])).toEqual(errors({ 1: ['A valid integer is required.'] }));
    expect(list(integer)([])).toEqual(errors(['This list may not be empty.']));
    expect(list(integer)('1')).toEqual(errors(['Expected a list of items but got type "str".']));
  });
});

describe('tags', () => {
  it.each([
    ['host=sw1', 'host=sw1'],
    [' host = a = b ', 'host=a = b'],
    ['k=', 'k='],
    ['k=Ærlig 😀', 'k=Ærlig 😀'],
  ])('%j is %j', (given, kept) => expect(tag(given)).toEqual(value(kept)));

  it.each([
    ['host', 'The tag does not have its delimiter: =.'],
    ['=a', 'The key of the tag cannot be empty.'],
    ['Host=a', "['Enter a valid key consisting of lowercase letters, numbers and underscores.']"],
    ['a-b=c', "['Enter a valid key consisting of lowercase letters, numbers and underscores.']"],
  ])('%j is none', (given, sentence) => {
    expect(tag(given)).toEqual(errors(sentence));
    expect(tags([{ tag: 'a=b' }, { tag: given }])).toEqual(errors({ 1: { tag: sentence } }));
  });

  it('come as a list of objects', () => {
    expect(tags([])).toEqual(value([]));
    expect(tags([{ tag: 'a=b' }, { tag: 'a=c', x: 1 }, { tag: 'a=b' }])).toEqual(value(['a=b', 'a=c']));
    expect(tags(['a=b'])).toEqual(errors({ 0: ['Tags need to follow the format {"tag": key=value}'] }));
    expect(tags('a=b')).toEqual(errors({ non_field_errors: ['Expected a list of items but got type "str".'] }));
    expect(tags(Array.from({ length: 10_000 }, (_, n) => ({ tag: `n=${n}` })))).toMatchObject({
      value: { length: 10_000 },
    });
  });
});
