import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { detectors } from './index.js';

const here = import.meta.dirname;
const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe('the family of detectors', () => {
  it('lists every folder, once', () => {
    expect(detectors.map((detector) => detector.name).sort()).toEqual(folders.map((folder) => folder.name).sort());
  });

  it('has a spec, fixtures and a README in every folder', () => {
    const lacking = folders.flatMap(({ name }) =>
      [`${name}.detector.spec.ts`, 'fixtures', 'README.md']
        .filter((part) => !existsSync(join(here, name, part)))
        .map((part) => `${name}/${part}`),
    );
    expect(lacking).toEqual([]);
  });
});
