import { type Environment, type ServiceOptions } from '#libs/runtime';
import { readSink } from './config.js';
import { deliveryModule } from './delivery.module.js';
import { DeliveryProcess } from './delivery-process.js';
import { migrations } from './migrations/index.js';
import { recover } from './recovery/recover.js';

/** The data plane of one sink, the one that `SINK` names. @throws ConfigError for a wrong variable */
export function deliveryService(environment?: Environment): ServiceOptions {
  const sink = readSink(environment);
  return {
    service: 'delivery',
    sink: sink.name,
    module: deliveryModule(sink, environment),
    schema: 'delivery',
    migrations,
    recover: (context) => recover(context, sink.name),
    processors: (app) => [app.get(DeliveryProcess).processor],
  };
}
