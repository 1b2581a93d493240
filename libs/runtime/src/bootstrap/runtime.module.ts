import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { HealthController } from '../health/health.controller.js';
import { MetricsController } from '../metrics/metrics.controller.js';

/** A class that stands for itself in the container; its constructor may be private. */
export type Token = Function & { readonly prototype: object };

/** The parts of the runtime by their tokens: each token is the part's own (abstract) class. */
export type Parts = ReadonlyMap<Token, object>;

/** Makes the parts injectable everywhere in a service, and brings the routes that every service has. */
@Global()
@Module({})
export class RuntimeModule {
  static of(parts: Parts): DynamicModule {
    const providers = [...parts].map(([provide, useValue]): Provider => ({ provide, useValue }));
    return {
      module: RuntimeModule,
      providers,
      exports: [...parts.keys()],
      controllers: [HealthController, MetricsController],
    };
  }
}
