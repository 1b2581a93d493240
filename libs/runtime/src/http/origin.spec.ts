import { describe, expect, it } from '@jest/globals';
import { originOf } from './origin.js';

const asked = (headers: Record<string, string>) => originOf({ headers, protocol: 'http' });

describe('the origin of a request', () => {
  it.each([
    [{ host: 'tocsin.example.org' }, 'http://tocsin.example.org'],
    [{ host: '[::1]:4002' }, 'http://[::1]:4002'],
    [
      { host: '127.0.0.1:4002', 'x-forwarded-host': 'a.example:443', 'x-forwarded-proto': 'https' },
      'https://a.example:443',
    ],
    [{ host: 'a.example', 'x-forwarded-host': 'evil"/><x', 'x-forwarded-proto': 'javascript' }, 'http://a.example'],
    [{ host: 'a.example/b' }, 'http://localhost'],
    [{}, 'http://localhost'],
  ])('of %j is %s', (headers, origin) => expect(asked(headers)).toBe(origin));
});
