import { describe, expect, it } from '@jest/globals';
import { mergeOpenApi } from './merge-openapi.js';

const document = (path: string, schema: object) => ({
  openapi: '3.1.0',
  info: { title: 'x' },
  paths: { [path]: { get: { responses: { 200: { $ref: '#/components/schemas/Page' } } } }, '/metrics': {} },
  components: { schemas: { Page: schema } },
});

const merge = (first: object, second: object) =>
  mergeOpenApi({ title: 'Tocsin' }, [
    { service: 'one', document: document('/a', first), owns: (path) => path !== '/metrics' },
    { service: 'two', document: document('/b', second), owns: (path) => path !== '/metrics' },
  ]);

describe('the merged OpenAPI document', () => {
  it('has the paths that the origin sends to each service, and no others', () => {
    expect(Object.keys(merge({ type: 'object' }, { type: 'object' }).paths)).toEqual(['/a', '/b']);
  });

  it('keeps a component once where the services agree', () => {
    expect(merge({ type: 'object' }, { type: 'object' }).components).toEqual({ schemas: { Page: { type: 'object' } } });
  });

  it('names a component after its service where they differ, and the references follow', () => {
    const merged = merge({ type: 'object' }, { type: 'array' });
    expect(merged.components).toEqual({ schemas: { Page: { type: 'object' }, 'two.Page': { type: 'array' } } });
    expect(JSON.stringify(merged.paths['/b'])).toContain('#/components/schemas/two.Page');
    expect(JSON.stringify(merged.paths['/a'])).toContain('#/components/schemas/Page');
  });
});
