import { describe, expect, it } from '@jest/globals';
import { readIntegrationsConfig } from './config.js';

describe('SINKS', () => {
  it.each([
    [undefined, ['slack']],
    ['', ['slack']],
    ['all', ['slack']],
    ['slack', ['slack']],
    [' slack , slack', ['slack']],
  ])('%j enables %j', (SINKS, names) => {
    expect([...readIntegrationsConfig({ SINKS }).enabledSinks]).toEqual(names);
  });

  it.each(['pigeon', 'slack,', 'slack,opsGenie'])('refuses %j with one line', (SINKS) => {
    expect(() => readIntegrationsConfig({ SINKS })).toThrow(`SINKS: read "${SINKS}"; allowed: all, or a list of slack`);
  });
});
