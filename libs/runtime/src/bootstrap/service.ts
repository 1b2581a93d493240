import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OutboxRelay } from '../processing/outbox-relay.js';
import { type ProcessorHost } from '../processing/processor-host.js';
import { type Store } from '#libs/store';
import { type RuntimeConfig } from '../config/runtime-config.js';
import { type RouteEntry } from '../http/route-table.js';

/** A service that has everything it needs. */
export interface StartedService {
  readonly app: NestFastifyApplication;
  /** Schema `access`: organisations, projects, tokens. */
  readonly access: Store;
  /** Absent where the service has no schema. */
  readonly store: Store | undefined;
  readonly relay: OutboxRelay | undefined;
  readonly host: ProcessorHost | undefined;
  readonly routes: readonly RouteEntry[];
}

/** A service whose port is open; it may still be waiting for its database. */
export interface LaunchedService {
  readonly config: RuntimeConfig;
  /** `http://host:port` */
  readonly url: string;
  /** Settles when it takes work. Rejects when it never will. */
  readonly started: Promise<StartedService>;
  /** Settles with the error after which the process has to end. */
  readonly failed: Promise<Error>;
  /** Stops in order; the second call is the first. */
  stop(): Promise<void>;
}
