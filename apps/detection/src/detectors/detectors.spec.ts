import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { decideAll, type PostedSample } from '../testing/decide-all.js';
import { detectors } from './index.js';

const here = import.meta.dirname;
const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const read = (...parts: string[]): string => readFileSync(join(here, ...parts), 'utf8');

/** `<folder>/fixtures/<case>` of every episode of which is written down what a rule said. */
const episodes = folders.flatMap(({ name }) =>
  readdirSync(join(here, name, 'fixtures'))
    .filter((file) => file.endsWith('.out.json'))
    .map((file) => ({ name, episode: file.slice(0, -'.out.json'.length) })),
);

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

  it.each(detectors)('$name has a README with every setting and its default', ({ name, settings }) => {
    const rows = read(name, 'README.md').matchAll(/^\| `(\w+)` *\| ([\d.]+) *\|/gm);
    expect(Object.fromEntries([...rows].map(([, setting, value]) => [setting, Number(value)]))).toEqual(settings);
  });

  it.each(episodes)('$name says of $episode what it said', ({ name, episode }) => {
    const samples = JSON.parse(read(name, 'fixtures', `${episode}.in.json`)) as PostedSample[];
    const own = detectors.filter((detector) => detector.name === name);
    const expected: unknown = JSON.parse(read(name, 'fixtures', `${episode}.out.json`));
    expect(decideAll(samples, own).events.map(({ name, payload }) => ({ name, payload }))).toEqual(expected);
  });
});
