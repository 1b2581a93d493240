import { NestFactory } from '@nestjs/core';
import { type OpenAPIObject } from '@nestjs/swagger';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { rootModule } from '../bootstrap/application.js';
import { partTokens } from '../bootstrap/provided-parts.js';
import { type ServiceOptions } from '../bootstrap/service-options.js';
import { openApiDocument } from './openapi.js';

/** The OpenAPI document of a service, from its declarations alone: nothing is connected, no provider is made. */
export async function describeService(options: ServiceOptions): Promise<OpenAPIObject> {
  const parts = new Map(partTokens.map((token) => [token, {}]));
  const app = await NestFactory.create(rootModule({ parts, module: options.module }), new FastifyAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  return openApiDocument(app, options);
}
