import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findJava, parseMajor } from './java.js';

describe('the version that java prints', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_202"', 8],
    ['openjdk version "25" 2025-09-16', 25],
    ['command not found', undefined],
  ])('%s', (text, major) => {
    expect(parseMajor(text)).toBe(major);
  });
});

describe('finding Java', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'java-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** A program that prints like java; found below `place/bin`. */
  function install(place: string, version: string): string {
    const bin = path.join(folder, place, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(path.join(bin, 'java'), `#!/bin/sh\necho 'openjdk version "${version}"' >&2\n`);
    chmodSync(path.join(bin, 'java'), 0o755);
    return path.join(folder, place);
  }

  const find = (environment: Record<string, string>): Promise<string> =>
    findJava(environment, path.join(folder, 'cache'), () => undefined);

  it('prefers JAVA_HOME', async () => {
    const home = install('home', '21.0.1');
    const onPath = install('path', '17.0.1');
    expect(await find({ JAVA_HOME: home, PATH: path.join(onPath, 'bin') })).toBe(path.join(home, 'bin', 'java'));
  });

  it('takes the one on the PATH when that of JAVA_HOME is too old', async () => {
    const home = install('home', '1.8.0_202');
    const onPath = install('path', '17.0.1');
    expect(await find({ JAVA_HOME: home, PATH: path.join(onPath, 'bin') })).toBe('java');
  });

  it('tells the three ways out when there is none and no pip', async () => {
    const old = install('old', '11.0.2');
    await expect(find({ PATH: path.join(old, 'bin') })).rejects.toThrow(
      /java is 11; pip brought none.*JAVA_HOME; or install Python with pip.*KAFKA_BROKERS/,
    );
  });
});
