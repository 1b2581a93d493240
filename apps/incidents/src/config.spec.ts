import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '#libs/runtime';
import { readIncidentsConfig } from './config.js';

const read = (STATUS_AFTER_RESOLVE?: string) => [...readIncidentsConfig({ STATUS_AFTER_RESOLVE }).statusAfterResolve];

describe('STATUS_AFTER_RESOLVE', () => {
  it('is down=up unless given', () => expect(read()).toEqual([['down', 'up']]));
  it('takes several, in any case', () =>
    expect(read('Down=Up, degraded = Up')).toEqual([
      ['down', 'Up'],
      ['degraded', 'Up'],
    ]));
  it.each(['down', 'down=', '=up', 'down=up,,x=y', 'a=b=c'])('refuses %j by name', (text) => {
    expect(() => read(text)).toThrow(ConfigError);
    expect(() => read(text)).toThrow(/^STATUS_AFTER_RESOLVE: read .*; allowed: /);
  });
});

describe('ARGUS_TIME_ZONE', () => {
  const zone = (ARGUS_TIME_ZONE?: string) => readIncidentsConfig({ ARGUS_TIME_ZONE }).argusTimeZone;

  it('is UTC unless given, by any of its names', () => {
    expect([zone(), zone('Etc/UTC'), zone('utc'), zone('Zulu')]).toEqual(['UTC', 'UTC', 'UTC', 'UTC']);
    expect(zone('Europe/Oslo')).toBe('Europe/Oslo');
  });
  it.each(['Oslo', '+01:00', 'Europe/Nowhere'])('refuses %j by name', (text) => {
    expect(() => zone(text)).toThrow(/^ARGUS_TIME_ZONE: read .*; allowed: /);
  });
});

describe('INDELIBLE_INCIDENTS', () => {
  const indelible = (INDELIBLE_INCIDENTS?: string) => readIncidentsConfig({ INDELIBLE_INCIDENTS }).indelible;

  it('is true unless it is said to be false', () => {
    expect([undefined, 'true', 'YES', '1'].map(indelible)).toEqual([true, true, true, true]);
    expect(['false', 'No', '0', 'off'].map(indelible)).toEqual([false, false, false, false]);
    expect(() => indelible('maybe')).toThrow(/^INDELIBLE_INCIDENTS: read "maybe"; allowed: true or false/);
  });
});

describe('TICKET_PLUGIN', () => {
  it('names one of the list', () => {
    expect(readIncidentsConfig({}).ticketPlugin).toBeUndefined();
    expect(() => readIncidentsConfig({ TICKET_PLUGIN: 'nobody' })).toThrow(
      /^TICKET_PLUGIN: read "nobody"; allowed: one of /,
    );
  });
});
