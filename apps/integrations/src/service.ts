import { RuntimeConfig, type ServiceOptions } from '#libs/runtime';
import { IntegrationsModule } from './integrations.module.js';
import { migrations } from './migrations/index.js';
import { views } from './projections/index.js';
import { recover } from './recovery/recover.js';

/** A transaction for each record of each view would cost more than all else that an alert brings about. */
const REST_MS = 100;

/** The control plane: integrations, receipts, tokens. */
export const integrationsService: ServiceOptions = {
  service: 'integrations',
  module: IntegrationsModule,
  schema: 'integrations',
  migrations,
  recover,
  // Commands wait in the outbox and reads go on while Kafka is down.
  worksWithout: ['broker'],
  processors: (app) => {
    const { events } = app.get(RuntimeConfig).topics;
    return views.map((view) => ({ ...view(events), restMs: REST_MS }));
  },
};
