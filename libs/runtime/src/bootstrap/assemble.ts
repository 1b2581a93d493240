import { StoreOutboxRelay } from '../processing/outbox-relay.js';
import { TokenVerifier } from '../access/token-verifier.js';
import { tokenDirectory } from '../access/access-store.js';
import { RouteTable } from '../http/route-table.js';
import { createApplication } from './application.js';
import { type Ground } from './ground.js';
import { openStores, openStream } from './parts.js';
import { providedParts } from './provided-parts.js';
import { type StartedService } from './service.js';
import { watchParts } from './watch-parts.js';

/** Brings up what is behind the port, in order. Each part is closed in the opposite order. */
export async function assemble(ground: Ground): Promise<StartedService> {
  const { config, log, metrics, closing, clock, options, overrides } = ground;
  const stream = openStream(config, log, overrides);
  closing.add('log', () => stream.close());
  ground.stage = 'waiting for the database';
  const stores = await openStores(options, config, ground, log, ground.stopping.signal);
  closing.add('database', () => Promise.all([stores.access.close(), stores.own?.close()]));
  watchParts(ground, stream, stores);
  ground.stage = 'modules';
  metrics.collectProcess();
  const relay = stores.own && new StoreOutboxRelay({ store: stores.own, publisher: stream.publisher, log, metrics });
  relay?.start();
  if (relay) closing.add('outbox', () => relay.stop());
  const routes = new RouteTable();
  const verifier = new TokenVerifier(tokenDirectory(stores.access), clock);
  const parts = providedParts(ground, { stream, stores, relay, routes, verifier });
  const app = await createApplication({ ...ground, service: config.service, module: options.module, openApi: options.openApi, parts, routes, verifier });
  closing.add('application', () => app.close());
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  refuseUnguarded(routes);
  ground.stage = undefined;
  ground.health.refresh();
  log.info({ port: config.port }, 'ready');
  return { app, store: stores.own, relay, routes: routes.all() };
}

/** @throws Error naming the routes that say neither who may use them nor that everybody may */
function refuseUnguarded(routes: RouteTable): void {
  const forgotten = routes.unguarded().map(({ method, url }) => `${method} ${url}`);
  if (forgotten.length > 0) throw new Error(`these routes need @Allow or @Public: ${forgotten.join(', ')}`);
}
