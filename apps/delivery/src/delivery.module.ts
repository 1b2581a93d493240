import {
  type BeforeApplicationShutdown,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type Type,
} from '@nestjs/common';
import { Clock, Ids } from '#libs/core';
import {
  ConfigError,
  type Environment,
  HealthService,
  Log,
  Metrics,
  RuntimeConfig,
  Sealer,
  Transactor,
} from '#libs/runtime';
import { Store } from '#libs/store';
import { openSink, readDeliveryConfig } from './config.js';
import { DeliveryProcess } from './delivery-process.js';
import { type Sink } from './sink.js';

/** Starts and stops the sending with the application: after the processors have stopped, before the outbox does. */
@Injectable()
export class DeliveryLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly process: DeliveryProcess,
    private readonly health: HealthService,
  ) {}

  onApplicationBootstrap(): void {
    this.health.addReadiness({ name: 'sending', optional: true, check: () => this.process.health() });
    this.process.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.process.stop();
  }
}

/** The module of one sink. @throws ConfigError for a wrong variable */
export function deliveryModule(sink: Sink, environment?: Environment): Type {
  const config = readDeliveryConfig(environment);
  const target = openSink(sink, environment);
  const parts = [RuntimeConfig, Store, Transactor, Clock, Ids, Log, Metrics, { token: Sealer, optional: true }];
  const create = (
    runtime: RuntimeConfig,
    store: Store,
    transactor: Transactor,
    clock: Clock,
    ids: Ids,
    log: Log,
    metrics: Metrics,
    sealer?: Sealer,
  ): DeliveryProcess => {
    if (sealer)
      return new DeliveryProcess({
        sink,
        target,
        config,
        runtime,
        store,
        transactor,
        clock,
        ids,
        log,
        metrics,
        sealer,
      });
    throw new ConfigError(
      'TOCSIN_MASTER_KEYS: read nothing; allowed: keyId:base64[,keyId:base64...], each key 32 bytes',
    );
  };

  @Module({ providers: [{ provide: DeliveryProcess, useFactory: create, inject: parts }, DeliveryLifecycle] })
  class DeliveryModule {}
  return DeliveryModule;
}
