import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
// @ts-expect-error -- a script without types
import { isInstalled } from './install.mjs';

const LOCKED = {
  '': { name: 'tocsin' },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/other-platform': { version: '2.0.0', optional: true },
};

describe('whether the locked dependencies are there', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'install-'));
    mkdirSync(path.join(root, 'node_modules'));
    writeFileSync(path.join(root, 'package-lock.json'), JSON.stringify({ packages: LOCKED }));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  function present(packages: object | string): void {
    const text = typeof packages === 'string' ? packages : JSON.stringify({ packages });
    writeFileSync(path.join(root, 'node_modules', '.package-lock.json'), text);
  }

  it('they are not before the first installation, nor after one that was cut off', () => {
    expect(isInstalled(root)).toBe(false);
    present('{"packages": {');
    expect(isInstalled(root)).toBe(false);
  });

  it('they are when npm wrote down the same versions', () => {
    present({ 'node_modules/a': { version: '1.0.0' } });
    expect(isInstalled(root)).toBe(true);
  });

  it.each([
    ['a version differs', { 'node_modules/a': { version: '0.9.0' } }],
    ['one is missing', {}],
    [
      'an optional one differs',
      { 'node_modules/a': { version: '1.0.0' }, 'node_modules/other-platform': { version: '1.0.0' } },
    ],
  ])('they are not when %s', (_, packages) => {
    present(packages);
    expect(isInstalled(root)).toBe(false);
  });
});
