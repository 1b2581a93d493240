import { describe, expect, it } from '@jest/globals';
import { newClusterId } from './kafka.js';

describe('the id of a new cluster', () => {
  it.each([0x00, 0x7f, 0xf8, 0xfb, 0xff])('never begins like an option, whatever its first byte: %d', (first) => {
    expect(newClusterId((size) => Buffer.alloc(size, first))).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
  });
});
