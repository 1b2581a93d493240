import { describe, expect, it } from '@jest/globals';
import { FirstOffsets } from './producer.js';

describe('the answer to a request', () => {
  const answer = new FirstOffsets([{ topicName: 't', partition: 3, errorCode: 0, baseOffset: '41' }]);

  it('says where each partition begins', () => expect(answer.of('t', 3)).toBe(41));

  it('acknowledges no partition that it does not name', () => {
    expect(() => answer.of('t', 2)).toThrow('no acknowledgement for t/2');
    expect(() => new FirstOffsets([{ topicName: 't', partition: 0, errorCode: 0 }]).of('t', 0)).toThrow(
      'no acknowledgement',
    );
  });
});
