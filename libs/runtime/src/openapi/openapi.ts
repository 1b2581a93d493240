import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { type FastifyInstance } from 'fastify';
import { type ServiceOptions } from '../bootstrap/service-options.js';
import { type Dialect, dialectOf } from '../http/dialect.js';
import { TOKEN_KINDS } from '../http/route-config.js';
import { serveSwaggerUi } from './swagger-ui.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** The service's own OpenAPI document, made anew. */
    describe(): OpenAPIObject;
  }
}

/** What a document is made of besides the routes. */
export type Described = Pick<ServiceOptions, 'service' | 'dialects'>;

/** The OpenAPI 3.1 document of a service, without anything that differs from one start to the next. */
export function openApiDocument(app: INestApplication, { service, dialects = [] }: Described): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(`Tocsin ${service}`)
    .setVersion('1')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'opaque',
      description: 'A token of Tocsin; `Token <t>` and Basic with the token as password do as well.',
    })
    .addSecurityRequirements('bearer')
    .build();
  const operationIdFactory = (controller: string, method: string): string =>
    `${controller.replace(/Controller$/, '')}.${method}`;
  const document = SwaggerModule.createDocument(app, config, { operationIdFactory });
  const paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, item]) => {
      const dialect = dialectOf(path, dialects);
      return [dialect?.servedAt(path) ?? path, completedPath(path, item as Record<string, unknown>, dialect)];
    }),
  );
  const components = { ...document.components, responses: { ...document.components?.responses, Problem: PROBLEM } };
  return { ...document, paths: sortedByKey(paths), components };
}

type Operation = Record<string, unknown> & { operationId?: string; responses?: Record<string, unknown> };

const METHODS = new Set(['get', 'put', 'post', 'delete', 'patch', 'head', 'options']);

/** Open operations need no token, and every one of ours may answer a problem document. */
function completed(path: string, operation: Operation, dialect: Dialect | undefined): Operation {
  const { [TOKEN_KINDS]: kinds, ...rest } = operation;
  const open = Array.isArray(kinds) && kinds.length === 0;
  const own = !/^\/(integrate|oauth)\//.test(path) && !open;
  const refusal = dialect ? refusalIn(dialect) : { $ref: '#/components/responses/Problem' };
  return {
    ...rest,
    ...versioned(path, operation),
    ...(open ? { security: [] } : kinds === undefined ? {} : { [TOKEN_KINDS]: kinds }),
    ...(own || dialect ? { responses: { ...operation.responses, default: refusal } } : {}),
  };
}

/** A dialect's refusals have the shapes of the API that it is compatible with. */
function refusalIn({ contentType }: Dialect): object {
  return { description: 'What is wrong', content: { [contentType]: { schema: {} } } };
}

/** A controller may serve several versions of an API: an operation's id names the one of its path. */
function versioned(path: string, { operationId }: Operation): { operationId?: string } {
  const version = /^\/api\/(v\d+)\//.exec(path)?.[1];
  return version === undefined || operationId === undefined ? {} : { operationId: `${version}.${operationId}` };
}

function completedPath(
  path: string,
  item: Record<string, unknown>,
  dialect: Dialect | undefined,
): Record<string, unknown> {
  const entries = Object.entries(item).map(([key, value]) => [
    key,
    METHODS.has(key) ? completed(path, value as Operation, dialect) : value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** RFC 9457, with the map of fields. What is refused before its path is known has no `instance`. */
const PROBLEM = {
  description: 'What is wrong (RFC 9457)',
  content: {
    'application/problem+json': {
      schema: {
        type: 'object',
        required: ['type', 'title', 'status'],
        properties: {
          type: { type: 'string' },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string' },
          instance: { type: 'string' },
          fields: { type: 'object', additionalProperties: { type: 'string' } },
        },
      },
    },
  },
};

function sortedByKey<Value>(record: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The document at /openapi.json, made when it is first asked for, and Swagger UI at /docs; both without a token.
 * `instead` is asked each time in place of the service's own document.
 */
export function serveOpenApi(app: INestApplication, of: Described, instead?: () => Promise<object>): void {
  let text: string | undefined;
  const instance = app.getHttpAdapter().getInstance() as FastifyInstance;
  instance.decorate('describe', () => openApiDocument(app, of));
  instance.get('/openapi.json', { config: { tocsin: { access: 'public' } } }, async (_request, reply) => {
    if (instead) return reply.send(await instead());
    text ??= JSON.stringify(instance.describe());
    return reply.type('application/json; charset=utf-8').send(text);
  });
  serveSwaggerUi(instance, `Tocsin ${of.service}`);
}
