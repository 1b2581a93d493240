import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

const read = async (...place: string[]): Promise<Manifest> =>
  JSON.parse(await readFile(path.resolve(import.meta.dirname, ...place, 'package.json'), 'utf8')) as Manifest;

describe('the package', () => {
  it('names the versions that it is tried with', async () => {
    const own = await read('..');
    const root = await read('../../..');
    const tried = { ...root.dependencies, ...root.devDependencies };
    for (const [name, version] of Object.entries({ ...own.dependencies, ...own.devDependencies })) {
      expect([name, tried[name]]).toEqual([name, version]);
    }
  });
});
