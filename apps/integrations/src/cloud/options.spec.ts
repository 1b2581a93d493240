import { describe, expect, it } from '@jest/globals';
import { sinks } from '../sinks/index.js';
import { optionsOf } from './options.js';

describe('optionsOf', () => {
  it('names every pair of source and sink, and enables what can be sent', () => {
    const options = optionsOf(sinks, new Set(['slack']));
    expect(options.map(({ id, enabled }) => [id, enabled])).toEqual([
      ['issues', true],
      ['notifications', true],
      ['logs', false],
      ['metrics', false],
    ]);
    const pairs = options.flatMap((source) => source.sinks.map((sink) => `${source.id} ${sink.id} ${sink.enabled}`));
    expect(pairs).toEqual([
      'issues slack true',
      'issues opsGenie false',
      'issues pagerDuty false',
      'notifications slack true',
      'notifications opsGenie false',
      'logs awsCloudWatchLogs false',
      'logs gcpLogging false',
      'metrics awsCloudWatchMetrics false',
    ]);
  });
});
