import { tokenDirectory } from '../access/access-store.js';
import { StoredTenants } from '../access/stored-tenants.js';
import { TokenVerifier } from '../access/token-verifier.js';
import { RouteTable } from '../http/route-table.js';
import { countToldToWait, RateLimits } from '../limits/rate-limits.js';
import { recoverService } from '../recovery/recovery.js';
import { createApplication } from './application.js';
import { type Ground } from './ground.js';
import { openStores, openStream, type Stores, type Stream } from './parts.js';
import { createProcessing, startProcessing } from './processing.js';
import { providedParts } from './provided-parts.js';
import { type StartedService } from './service.js';
import { persist } from './start-gate.js';
import { watchParts } from './watch-parts.js';

/**
 * Brings up what is behind the port: connect, migrate, modules, processors, HTTP. Each part is closed in the opposite
 * order, so that consumers drain while the outbox, the producer and the database are still there (reference style 3.8).
 */
export async function assemble(ground: Ground): Promise<StartedService> {
  const { config, log, metrics, closing, clock, options, overrides, front } = ground;
  const stream = openStream(config, log, overrides);
  closing.add('log', () => stream.close());
  ground.stage = 'waiting for the database';
  const stores = await openStores(ground, stream);
  closing.add('database', () => Promise.all([stores.access.close(), stores.own?.close()]));
  watchParts(ground, stream, stores);
  metrics.collectProcess();

  ground.stage = 'modules';
  const tenants = new StoredTenants(stores.access);
  await recovered(ground, stream, stores, tenants);
  const processing = stores.own && createProcessing(ground, stream, stores.own, tenants);
  const routes = new RouteTable();
  const verifier = new TokenVerifier(tokenDirectory(stores.access), clock);
  const limits = new RateLimits(config.rateLimits, () => performance.now());
  countToldToWait(metrics, limits);
  const parts = providedParts(ground, { stream, stores, tenants, processing, routes, verifier, limits });
  processing?.relay.start();
  closing.add('outbox', () => processing?.relay.stop());
  const { module, openApi, dialects = [] } = options;
  const made = { parts, routes, verifier, limits };
  const app = await createApplication({ ...ground, service: config.service, module, openApi, dialects, ...made });
  closing.add('application', () => app.close());
  await app.init();
  refuseUnguarded(routes);

  ground.stage = 'processors';
  if (processing) {
    closing.add('processors', () => processing.host.stopAll());
    await startProcessing(app, processing, ground);
  }
  await app.getHttpAdapter().getInstance().ready();
  front.open();
  ground.stage = undefined;
  ground.health.refresh();
  log.info({}, 'ready');
  const { store, host, relay } = processing ?? {};
  return { app, access: stores.access, store, host, relay, routes: routes.all() };
}

/** Before anything of the service reads or writes its state. */
async function recovered(
  { options: { recover, sink }, overrides: { environment }, config, clock, log, stopping: { signal } }: Ground,
  { eventLog }: Stream,
  { access, own: store }: Stores,
  tenants: StoredTenants,
): Promise<void> {
  if (!recover || !store) return;
  const { topics } = config;
  const service = sink === undefined ? config.service : `${config.service}.${sink}`;
  const tenant = await tenants.defaultTenant();
  const own = { store, eventLog, topics, clock, log, tenant, environment };
  await persist('log', () => recoverService(access, service, recover, own), log, signal);
}

/** @throws Error naming the routes that say neither who may use them nor that everybody may */
function refuseUnguarded(routes: RouteTable): void {
  const forgotten = routes.unguarded().map(({ method, url }) => `${method} ${url}`);
  if (forgotten.length > 0) throw new Error(`these routes need @Allow or @Public: ${forgotten.join(', ')}`);
}
