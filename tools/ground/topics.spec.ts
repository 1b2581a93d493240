import { describe, expect, it } from '@jest/globals';
import { differences } from './topics.js';

const events = { topic: 'events-stream', partitions: 12, retentionMs: -1, holds: '' };
const telemetry = { topic: 'telemetry-stream', partitions: 12, retentionMs: 1000, holds: '' };

describe('an existing topic', () => {
  it('is silent when it is as designed', () => {
    expect(differences(events, 12, '-1')).toEqual([]);
  });

  it('is reported with another number of partitions', () => {
    expect(differences(events, 6, '-1')).toEqual(['topic events-stream has 6 partitions instead of 12; left as it is']);
  });

  it('is reported with a retention that loses what a rebuild needs', () => {
    expect(differences(events, 12, '604800000')).toEqual([
      'topic events-stream has retention.ms 604800000 instead of -1; left as it is: what is deleted cannot be rebuilt from',
    ]);
  });

  it('is reported, without alarm, when it keeps more', () => {
    expect(differences(telemetry, 12, '-1')).toEqual([
      'topic telemetry-stream has retention.ms -1 instead of 1000; left as it is',
    ]);
  });

  it('says nothing of a retention that may not be read', () => {
    expect(differences(events, 12, undefined)).toEqual([]);
  });
});
