import { describe, expect, it } from '@jest/globals';
import { topicMetadataRequest } from './topic-identity.js';

const hex = (...parts: string[]): Buffer => Buffer.from(parts.join(''), 'hex');
const answerWith = (...topics: string[]): Buffer =>
  hex(
    '00', // tags of the header
    '00000007', // throttle time
    '02', // one broker
    '00000001',
    '0a',
    Buffer.from('localhost').toString('hex'),
    '00002384',
    '00',
    '00',
    '05',
    Buffer.from('abcd').toString('hex'), // cluster id
    '00000001', // controller
    ...topics,
    '00',
  );
const ID = '0123456789abcdef0123456789abcdef';
const topic = (error: string, partitions: string): string =>
  ['02', error, '02', '74', ID, '00', partitions, '80000000', '00'].join('');
const partition = (index: string, leader: string): string =>
  ['0000', index, leader, '00000000', '02', '00000001', '02', '00000001', '01', '00'].join('');

describe('the metadata request, version 12', () => {
  const { request, response } = topicMetadataRequest('tö');

  it('asks for one topic by name and creates none', async () => {
    const encoded = await request.encode();
    const { buffer } = encoded as unknown as { buffer: Buffer };
    expect(buffer.toString('hex')).toBe(['00', '02', '00'.repeat(16), '04', '74c3b6', '00', '00', '00', '00'].join(''));
    expect([request.apiKey, request.apiVersion]).toEqual([3, 12]);
  });

  it('reads the identity and the leaders, past fields that a newer broker adds', async () => {
    const tagged = partition('00000001', 'ffffffff').replace(/00$/, '01' + '09' + '03' + 'aabbcc');
    const decoded = await response.decode(answerWith(topic('0000', '03' + partition('00000000', '00000001') + tagged)));
    expect(decoded.clientSideThrottleTime).toBe(7);
    expect(await response.parse(decoded)).toEqual({
      topicId: ID,
      leaders: new Map([
        [0, 'localhost:9092'],
        [1, undefined],
      ]),
    });
  });

  it('answers undefined for a topic that is not there, and where none was asked for', async () => {
    const parse = async (raw: Buffer) => response.parse(await response.decode(raw));
    expect(await parse(answerWith(topic('0003', '01')))).toBeUndefined();
    expect(await parse(answerWith('01'))).toBeUndefined();
  });

  it('refuses a number that does not end', async () => {
    await expect(Promise.resolve().then(() => response.decode(hex('ffffffffffff')))).rejects.toThrow(RangeError);
  });
});
