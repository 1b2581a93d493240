import { describe, expect, it } from '@jest/globals';
import { type StreamRecord } from '#libs/event-stream';
import { goldens } from '../../testing/golden.js';
import { deadLettersProjection, receivedLetter } from './dead-letters.projection.js';

function recordOf(input: unknown): StreamRecord {
  const { timestamp, value, headers } = input as { timestamp: number; value: string; headers: Record<string, string> };
  return { topic: 'dead-letters', partition: 0, offset: 0, key: null, value: Buffer.from(value), timestamp, headers };
}

describe('the dead-letters projection', () => {
  it.each(goldens(import.meta.url))('makes of $name what was recorded', ({ input, output }) => {
    const received = receivedLetter(recordOf(input));
    expect(received ? deadLettersProjection.evolve(undefined, received) : null).toEqual(output);
  });

  it('keeps the first copy of a letter', () => {
    const [{ input }] = goldens(import.meta.url).filter(({ name }) => name === 'undecidable') as unknown as [
      { input: unknown },
    ];
    const received = receivedLetter(recordOf(input))!;
    const first = deadLettersProjection.evolve(undefined, received);
    expect(deadLettersProjection.evolve(first, { ...received, at: '2027-01-01T00:00:00.000Z' })).toBe(first);
  });
});
