import { describe, expect, it } from '@jest/globals';
import { within } from './within.js';

describe('within a time', () => {
  it('is what was promised', async () => expect(await within(60_000, Promise.resolve(7))).toBe(7));
  it('is nothing when that fails', async () =>
    expect(await within(60_000, Promise.reject(new Error('no broker')))).toBeUndefined());
  it('is nothing when that never comes', async () => expect(await within(1, new Promise(() => {}))).toBeUndefined());
});
