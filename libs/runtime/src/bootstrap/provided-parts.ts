import { randomBytes } from 'node:crypto';
import { Clock, Ids } from '#libs/core';
import { EventLog, EventPublisher } from '#libs/event-stream';
import { Store } from '#libs/store';
import { Tenants } from '../access/tenants.js';
import { TokenAdministration } from '../access/token-administration.js';
import { TokenVerifier } from '../access/token-verifier.js';
import { ServiceEnvironment } from '../config/config.js';
import { RuntimeConfig } from '../config/runtime-config.js';
import { HealthService } from '../health/health-service.js';
import { RouteTable } from '../http/route-table.js';
import { Log } from '../logging/log.js';
import { RateLimits } from '../limits/rate-limits.js';
import { Metrics } from '../metrics/metrics.js';
import { OutboxRelay } from '../processing/outbox-relay.js';
import { ProcessorHost } from '../processing/processor-host.js';
import { Transactor } from '../processing/transactor.js';
import { parseMasterKeys } from '../secrets/master-keys.js';
import { Sealer } from '../secrets/sealer.js';
import { type Ground } from './ground.js';
import { Stopping } from './stopping.js';
import { type Stores, type Stream } from './parts.js';
import { type Processing } from './processing.js';
import { type Parts, type Token } from './runtime.module.js';

export interface Opened {
  readonly stream: Stream;
  readonly stores: Stores;
  readonly tenants: Tenants;
  readonly processing: Processing | undefined;
  readonly routes: RouteTable;
  readonly verifier: TokenVerifier;
  readonly limits: RateLimits;
}

/** Every token that a module may inject. */
export const partTokens: readonly Token[] = [
  Clock,
  Ids,
  RuntimeConfig,
  ServiceEnvironment,
  Log,
  Metrics,
  HealthService,
  RouteTable,
  Stopping,
  EventLog,
  EventPublisher,
  TokenVerifier,
  RateLimits,
  Tenants,
  TokenAdministration,
  Store,
  OutboxRelay,
  Transactor,
  ProcessorHost,
  Sealer,
];

/** What modules may inject. `Store` and the processing only with a schema of its own, `Sealer` only with keys. */
export function providedParts(ground: Ground, opened: Opened): Parts {
  const { stream, stores, tenants, processing, routes, verifier, limits } = opened;
  const { clock, ids, config, log, metrics, health } = ground;
  const parts: [Token, object][] = [
    [Clock, clock],
    [Ids, ids],
    [RuntimeConfig, config],
    [ServiceEnvironment, { variables: ground.overrides.environment }],
    [Log, log],
    [Metrics, metrics],
    [HealthService, health],
    [RouteTable, routes],
    [Stopping, new Stopping(ground.stopping.signal)],
    [EventLog, stream.eventLog],
    [EventPublisher, stream.publisher],
    [TokenVerifier, verifier],
    [RateLimits, limits],
    [Tenants, tenants],
    [
      TokenAdministration,
      new TokenAdministration(
        stores.access,
        { clock, ids, random: (length) => randomBytes(length) },
        processing?.transactor,
      ),
    ],
  ];
  if (processing) {
    const { store, relay, transactor, host } = processing;
    parts.push([Store, store], [OutboxRelay, relay], [Transactor, transactor], [ProcessorHost, host]);
  }
  if (config.masterKeys !== undefined) parts.push([Sealer, new Sealer(parseMasterKeys(config.masterKeys))]);
  return new Map(parts);
}
