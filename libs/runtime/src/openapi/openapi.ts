import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { type FastifyInstance } from 'fastify';
import { DOCS_PATH } from '../http/fastify.js';

/** The OpenAPI 3.1 document of a service, without anything that differs from one start to the next. */
export function openApiDocument(app: INestApplication, service: string, version = '1'): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(`Tocsin ${service}`)
    .setVersion(version)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'A token of Tocsin; `Token <t>` and Basic with the token as password do too.' })
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config, { operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}` });
  return { ...document, paths: sortedByKey(document.paths) };
}

function sortedByKey<Value>(record: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Serves the document at /openapi.json and Swagger UI at /docs, both without a token. The document is made when it is
 * first asked for; `instead` is asked each time.
 */
export function serveOpenApi(app: INestApplication, service: string, instead?: () => Promise<object>): void {
  let document: OpenAPIObject | undefined;
  const make = (): OpenAPIObject => (document ??= openApiDocument(app, service));
  const instance = app.getHttpAdapter().getInstance() as FastifyInstance;
  instance.get('/openapi.json', { config: { tocsin: { access: 'public' } } }, async (_request, reply) => {
    const answer = instead ? await instead() : make();
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer));
  });
  const elsewhere = instead ? { swaggerUrl: '/openapi.json' } : {};
  SwaggerModule.setup(DOCS_PATH.slice(1), app, make, { raw: false, customSiteTitle: `Tocsin ${service}`, ...elsewhere });
}
