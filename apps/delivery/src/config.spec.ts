import { describe, expect, it } from '@jest/globals';
import { openSink, readDeliveryConfig, readSink } from './config.js';

describe('the settings of a delivery process', () => {
  it('have the defaults of the interfaces', () => {
    expect(readDeliveryConfig({})).toEqual({
      callTimeout: 15_000,
      retrySchedule: [1000, 5000, 30_000, 120_000, 600_000, 3_600_000],
      probeInterval: 30_000,
      expiresAfter: 86_400_000,
      doubtfulPosts: 'at-least-once',
    });
  });

  it.each(['1,5,30,120,600,3600,...', '1, 5,30,120,600,3600', '1,5,30,120,600,3600, ...'])('read %j', (text) => {
    expect(readDeliveryConfig({ DELIVERY_RETRY_SCHEDULE: text }).retrySchedule).toHaveLength(6);
  });

  it.each([
    ['DELIVERY_CALL_TIMEOUT', '0'],
    ['DELIVERY_CALL_TIMEOUT', 'soon'],
    ['DELIVERY_RETRY_SCHEDULE', '1,,2'],
    ['DELIVERY_RETRY_SCHEDULE', '...'],
    ['DELIVERY_PROBE_INTERVAL', '-1'],
    ['DELIVERY_DOUBTFUL_POSTS', 'twice'],
  ])('refuse %s=%s with one line', (name, value) => {
    expect(() => readDeliveryConfig({ [name]: value })).toThrow(
      new RegExp(`^${name}: read "${value.replaceAll('.', '\\.')}"; allowed: .+$`),
    );
  });

  it.each([
    ['SLACK_API_URL', 'https://slack.com/'],
    ['SLACK_API_URL', 'ftp://slack.com/api/'],
    ['SLACK_UPDATE_INTERVAL', '0'],
    ['SLACK_POST_RATE', 'fast'],
  ])('of Slack refuse %s=%s with one line', (name, value) => {
    const sink = readSink({ SINK: 'slack' });
    expect(() => openSink(sink, { [name]: value })).toThrow(new RegExp(`^${name}: read .+; allowed: .+$`));
  });

  it.each([undefined, 'pigeon'])('name the sinks when SINK is %j', (SINK) => {
    expect(() => readSink(SINK === undefined ? {} : { SINK })).toThrow(/^SINK: read .+; allowed: .*slack/);
  });
});
