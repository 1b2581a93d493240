import { type INestApplication, Module, type Type } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createFastify } from '../http/fastify.js';
import { type Dialect } from '../http/dialect.js';
import { HeldBytes } from '../http/held-bytes.js';
import { type HttpFront } from '../http/front.js';
import { ProblemFilter } from '../http/problem-filter.js';
import { RouteTable } from '../http/route-table.js';
import { validateParameters } from '../http/validated-parameters.js';
import { type Log } from '../logging/log.js';
import { NestLog } from '../logging/nest-log.js';
import { measureRoutes } from '../metrics/http-metrics.js';
import { type RateLimits } from '../limits/rate-limits.js';
import { type Metrics } from '../metrics/metrics.js';
import { type TokenVerifier } from '../access/token-verifier.js';
import { serveOpenApi } from '../openapi/openapi.js';
import { type Parts, RuntimeModule } from './runtime.module.js';

export interface ApplicationParts {
  readonly service: string;
  readonly module: Type;
  readonly parts: Parts;
  readonly front: HttpFront;
  readonly routes: RouteTable;
  readonly verifier: Pick<TokenVerifier, 'verify'>;
  readonly limits: RateLimits;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly dialects: readonly Dialect[];
  /** Serves this OpenAPI document instead of the service's own. */
  readonly openApi?: (() => Promise<object>) | undefined;
}

/** The Nest application on our Fastify, not yet initialised. */
export async function createApplication(of: ApplicationParts): Promise<NestFastifyApplication> {
  const fastify = createFastify({ ...of, held: new HeldBytes() });
  measureRoutes(fastify, of.metrics);
  const adapter = new FastifyAdapter(fastify as never);
  const app = await NestFactory.create<NestFastifyApplication>(rootModule(of), adapter, {
    bodyParser: false,
    logger: new NestLog(of.log),
    abortOnError: false,
  });
  validateParameters(app.get(ModulesContainer));
  app.useGlobalFilters(new ProblemFilter(of.log, of.routes));
  serveOpenApi(app, of, of.openApi);
  return app;
}

/** The service's modules with the runtime's. */
export function rootModule({ parts, module }: Pick<ApplicationParts, 'parts' | 'module'>): Type {
  @Module({ imports: [RuntimeModule.of(parts), module] })
  class ServiceModule {}
  return ServiceModule;
}

/** Every route of a started application, with who may use it. */
export function routesOf(app: INestApplication): ReturnType<RouteTable['all']> {
  return app.get(RouteTable).all();
}
