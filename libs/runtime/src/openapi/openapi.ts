import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { type FastifyInstance } from 'fastify';
import { serveSwaggerUi } from './swagger-ui.js';

/** The OpenAPI 3.1 document of a service, without anything that differs from one start to the next. */
export function openApiDocument(app: INestApplication, service: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(`Tocsin ${service}`)
    .setVersion('1')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description: 'A token of Tocsin; `Token <t>` and Basic with the token as password do as well.',
    })
    .addSecurityRequirements('bearer')
    .build();
  const operationIdFactory = (controller: string, method: string): string =>
    `${controller.replace(/Controller$/, '')}.${method}`;
  const document = SwaggerModule.createDocument(app, config, { operationIdFactory });
  return { ...document, paths: sortedByKey(document.paths) };
}

function sortedByKey<Value>(record: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The document at /openapi.json, made when it is first asked for, and Swagger UI at /docs; both without a token.
 * `instead` is asked each time in place of the service's own document.
 */
export function serveOpenApi(app: INestApplication, service: string, instead?: () => Promise<object>): void {
  let text: string | undefined;
  const instance = app.getHttpAdapter().getInstance() as FastifyInstance;
  instance.get('/openapi.json', { config: { tocsin: { access: 'public' } } }, async (_request, reply) => {
    if (instead) return reply.send(await instead());
    text ??= JSON.stringify(openApiDocument(app, service));
    return reply.type('application/json; charset=utf-8').send(text);
  });
  serveSwaggerUi(instance, `Tocsin ${service}`);
}
