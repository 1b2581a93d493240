import { describe, expect, it } from '@jest/globals';
import { openApi30 } from './openapi30.js';

const operation = (schema: object, more: object = {}) => ({
  operationId: 'x',
  'x-token-kinds': ['admin'],
  responses: { 200: { description: '', content: { 'application/json': { schema } } } },
  ...more,
});

const schemaOf = (schema: object): unknown => {
  const document = { paths: { '/api/v2/x/': { get: operation(schema) } } };
  const paths = openApi30(document, {}, () => true)['paths'] as Record<string, { get: ReturnType<typeof operation> }>;
  return paths['/api/v2/x/']!.get.responses[200].content['application/json'].schema;
};

describe('an OpenAPI document of version 3.0', () => {
  it('has the paths that are asked for and the schemas that they need', () => {
    const document = {
      openapi: '3.1.0',
      paths: {
        '/api/v1/x/': { get: operation({ $ref: '#/components/schemas/A' }) },
        '/tocsin/v1/y': { get: operation({ $ref: '#/components/schemas/C' }) },
      },
      components: {
        schemas: {
          A: { type: 'array', items: { $ref: '#/components/schemas/B' } },
          B: { type: 'object' },
          C: { type: 'object' },
        },
      },
    };
    const made = openApi30(document, { title: 'T' }, (path) => path.startsWith('/api/'));
    expect(made).toMatchObject({ openapi: '3.0.3', info: { title: 'T' }, security: [{ tokenAuth: [] }] });
    expect(Object.keys(made['paths'] as object)).toEqual(['/api/v1/x/']);
    expect(Object.keys((made['components'] as { schemas: object }).schemas)).toEqual(['A', 'B']);
    expect(JSON.stringify(made)).not.toContain('x-token-kinds');
  });

  it.each([
    [{ type: ['string', 'null'] }, { type: 'string', nullable: true }],
    [{ const: 'a' }, { enum: ['a'] }],
    [
      { type: 'integer', exclusiveMinimum: 1 },
      { type: 'integer', minimum: 1, exclusiveMinimum: true },
    ],
    [
      { type: 'array', items: { type: ['integer', 'null'] } },
      { type: 'array', items: { type: 'integer', nullable: true } },
    ],
  ])('says %j as %j', (newer, older) => expect(schemaOf(newer)).toEqual(older));

  it('keeps a property that is named type', () => {
    const schema = { type: 'object', properties: { type: { type: 'string' } } };
    expect(schemaOf(schema)).toEqual(schema);
  });

  it('keeps what is open to everybody open', () => {
    const document = {
      paths: { '/api/': { get: operation({}, { security: [] }), post: operation({}, { security: [{ bearer: [] }] }) } },
    };
    const item = (openApi30(document, {}, () => true)['paths'] as Record<string, Record<string, object>>)['/api/'];
    expect(item?.['get']).toHaveProperty('security', []);
    expect(item?.['post']).not.toHaveProperty('security');
  });
});
