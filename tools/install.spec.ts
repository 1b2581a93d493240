import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
// @ts-expect-error -- a script without types
import { isInstalled } from './install.mjs';
import { repositoryRoot } from './ground/repository.js';

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

describe('package-lock.json', () => {
  interface Locked {
    readonly optionalDependencies?: Record<string, string>;
    readonly hasInstallScript?: boolean;
    readonly resolved?: string;
  }
  const json = (file: string): unknown => JSON.parse(readFileSync(path.join(repositoryRoot, file), 'utf8'));
  const { packages } = json('package-lock.json') as { packages: Record<string, Locked> };
  const nameOf = (folder: string): string => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);

  it('knows the packages of every platform: npm ci refuses a lockfile that lacks one', () => {
    const known = new Set(Object.keys(packages).map(nameOf));
    const wanted = Object.values(packages).flatMap(({ optionalDependencies }) =>
      Object.keys(optionalDependencies ?? {}),
    );
    expect(wanted.filter((name) => !known.has(name))).toEqual([]);
  });

  it('names no host, so that any registry serves it', () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved?.startsWith('http'))).toEqual([]);
  });

  it('has a decision in package.json for every package with an install script', () => {
    const { allowScripts } = json('package.json') as { allowScripts: Record<string, boolean> };
    const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const undecided = scripted.map(([folder]) => nameOf(folder)).filter((name) => !(name in allowScripts));
    expect(undecided.filter((name) => name !== '')).toEqual([]);
  });
});
