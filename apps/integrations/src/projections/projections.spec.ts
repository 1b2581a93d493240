import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { views } from './index.js';

const here = new URL('.', import.meta.url);
const folders = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('the read models', () => {
  it('are all in the list, each as integrations.view.<folder>', () => {
    const processors = views.map((view) => view('events-stream'));
    expect(processors.map(({ name }) => name).sort()).toEqual(
      folders.map((name) => `integrations.view.${name}`).sort(),
    );
    expect(processors.every(({ topic }) => topic === 'events-stream')).toBe(true);
  });

  it.each(folders)('%s has a README, a spec and fixtures', (folder) => {
    const files = readdirSync(new URL(`${folder}/`, here));
    expect(files).toContain('README.md');
    expect(files.some((file) => file.endsWith('.spec.ts'))).toBe(true);
    expect(existsSync(new URL(`${folder}/fixtures/`, here))).toBe(true);
    expect(readdirSync(new URL(`${folder}/fixtures/`, here)).some((file) => file.endsWith('.in.json'))).toBe(true);
  });
});
