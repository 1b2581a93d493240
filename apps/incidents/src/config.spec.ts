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
