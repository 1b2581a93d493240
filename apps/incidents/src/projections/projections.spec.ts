import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { projections } from './index.js';

const here = new URL('.', import.meta.url);
const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe('the list of projections', () => {
  it('names every folder once, and nothing else', () => {
    expect(projections.map(({ name }) => name).sort()).toEqual(folders.map(({ name }) => name).sort());
  });

  it('gives each view one owner', () => {
    const views = projections.flatMap((model) => model.views.map(({ name }) => name));
    expect(new Set(views).size).toBe(views.length);
  });
});

describe.each(projections)('$name', ({ name, views, version }) => {
  it('has its projection, read model, views, query, spec, fixtures and README', () => {
    const kinds = ['projection.ts', 'projection.spec.ts', 'read-model.ts', 'views.ts', 'query.ts'];
    const wanted = [...kinds.map((kind) => `${name}.${kind}`), 'README.md', 'fixtures'];
    expect(readdirSync(new URL(`${name}/`, here))).toEqual(expect.arrayContaining(wanted));
  });

  it('has fixtures in pairs', () => {
    const files = readdirSync(new URL(`${name}/fixtures/`, here));
    const inputs = files.filter((file) => file.endsWith('.in.json'));
    expect(inputs.length).toBeGreaterThan(0);
    expect(files.filter((file) => file.endsWith('.out.json')).sort()).toEqual(
      inputs.map((file) => file.replace('.in.', '.out.')).sort(),
    );
  });

  it('makes tables and indexes whose names begin with the generation', () => {
    expect(version).toBeGreaterThan(0);
    for (const view of views) {
      for (const statement of view.create(`${view.name}_g7`)) {
        expect(statement).toMatch(new RegExp(`^create (table|unique index|index) ${view.name}_g7`));
      }
    }
  });
});
