import { describe, expect, it } from '@jest/globals';
import { type OutgoingRecord, type StreamRecord } from '#libs/event-stream';
import { deadLetterOf, readDeadLetter, replayOf } from './dead-letter.js';

const writer = { topic: 'dead-letters', group: 'incidents.alerts', version: '1.2.3' };
const undecodable = { error: 'undecodable', message: 'the value is not JSON' };
const undecided = { error: 'TypeError', message: 'x is undefined' };

const origin: StreamRecord = {
  topic: 'events-stream',
  partition: 3,
  offset: 42,
  timestamp: 1_760_000_000_000,
  key: Buffer.from([0, 255, 65]),
  value: Buffer.from([0x7b, 0, 0xff]),
  headers: { name: 'AlertFired', id: 'own-id' },
};

/** What a consumer of the letters reads. */
const asRead = (letter: OutgoingRecord): StreamRecord => ({
  topic: letter.topic,
  partition: 0,
  offset: 0,
  timestamp: 0,
  key: Buffer.from(letter.key),
  value: Buffer.from(letter.value),
  headers: letter.headers,
});

describe('a dead letter', () => {
  it('holds the bytes, where they came from, and why', () => {
    const letter = deadLetterOf(origin, undecided, writer);
    expect(letter).toMatchObject({ topic: 'dead-letters', key: 'events-stream/3' });
    expect(readDeadLetter(asRead(letter))).toEqual({
      id: letter.headers['id'],
      topic: 'events-stream',
      partition: 3,
      offset: 42,
      timestamp: 1_760_000_000_000,
      group: 'incidents.alerts',
      serviceVersion: '1.2.3',
      error: 'TypeError',
      message: 'x is undefined',
      key: origin.key,
      value: origin.value,
      headers: origin.headers,
      truncated: [],
    });
  });

  it('has one id per record and processor, and one per record where nobody can read it', () => {
    const idOf = (...of: Parameters<typeof deadLetterOf>) => deadLetterOf(...of).headers['id'];
    const other = { ...writer, group: 'delivery.slack' };
    expect(idOf(origin, undecided, writer)).toBe(idOf(origin, { error: 'RangeError', message: 'again' }, writer));
    expect(idOf(origin, undecided, writer)).not.toBe(idOf(origin, undecided, other));
    expect(idOf(origin, undecodable, writer)).toBe(idOf(origin, undecodable, other));
    expect(idOf(origin, undecodable, writer)).not.toBe(idOf({ ...origin, offset: 43 }, undecodable, writer));
  });

  it('names no processor where nobody can read the record', () => {
    expect(readDeadLetter(asRead(deadLetterOf(origin, undecodable, writer)))?.group).toBeUndefined();
  });

  it('keeps nulls apart from empty values', () => {
    const none = deadLetterOf({ ...origin, key: null, value: null }, undecodable, writer);
    expect(readDeadLetter(asRead(none))).toMatchObject({ key: null, value: null });
    const empty = deadLetterOf({ ...origin, key: Buffer.alloc(0), value: Buffer.alloc(0) }, undecodable, writer);
    expect(readDeadLetter(asRead(empty))).toMatchObject({ key: Buffer.alloc(0), value: Buffer.alloc(0) });
  });

  it('stays below what a broker takes, and says what it had to leave out', () => {
    const huge = {
      ...origin,
      key: Buffer.alloc(900_000),
      value: Buffer.alloc(1_048_000),
      headers: { a: 'x'.repeat(100_000) },
    };
    const letter = deadLetterOf(huge, { error: 'E'.repeat(500), message: 'm'.repeat(5000) }, writer);
    const size = letter.value.length + Object.entries(letter.headers).join('').length;
    expect(size).toBeLessThan(1_020_000);
    const read = readDeadLetter(asRead(letter))!;
    expect(read.truncated).toEqual(['value', 'key', 'headers']);
    expect(replayOf(read)).toBeUndefined();
  });

  it.each([
    ['no headers', {}],
    ['a wrong offset', { id: 'x', 'x-orig-topic': 't', 'x-orig-partition': '1', 'x-orig-offset': '-1' }],
  ])('is nothing else on the topic: %s', (_, headers) => {
    expect(readDeadLetter({ ...origin, headers })).toBeUndefined();
  });

  it('survives headers that are no JSON of texts', () => {
    const letter = deadLetterOf(origin, undecided, writer);
    for (const broken of ['{', 'null', '[1]', '{"a":1}']) {
      const read = readDeadLetter({ ...asRead(letter), headers: { ...letter.headers, 'x-orig-headers': broken } });
      expect(read?.headers).toEqual({});
    }
  });
});

describe('a replay', () => {
  it('is the record again, for the one processor that could not decide it', () => {
    const read = readDeadLetter(asRead(deadLetterOf({ ...origin, key: Buffer.from('org/x') }, undecided, writer)))!;
    expect(replayOf(read)).toEqual({
      topic: 'events-stream',
      key: 'org/x',
      value: origin.value,
      headers: { name: 'AlertFired', id: 'own-id', audience: 'incidents.alerts' },
    });
  });

  it('is for everybody where nobody could read it', () => {
    const read = readDeadLetter(asRead(deadLetterOf(origin, undecodable, writer)))!;
    expect(replayOf(read)?.headers).toEqual(origin.headers);
  });
});
