import { type INestApplicationContext, type Type } from '@nestjs/common';
import { type Clock, type Ids } from '#libs/core';
import { type EventLog, type EventPublisher } from '#libs/event-stream';
import { type MigrationClass } from '#libs/store';
import { type Environment } from '../config/config.js';
import { type Dialect } from '../http/dialect.js';
import { type LineSink } from '../logging/pino-log.js';
import { type ProcessorDefinition, type RecordProcessorDefinition } from '../processor.js';
import { type Recover } from '../recovery/recovery.js';

export type AnyProcessor = ProcessorDefinition | RecordProcessorDefinition;

/** What a service is made of: its whole `main.ts` is `bootstrap(options)`. */
export interface ServiceOptions {
  /** Name of the app. */
  readonly service: string;
  /** The sink that this process serves, of the delivery app. */
  readonly sink?: string;
  readonly module: Type;
  /** Schema of its own and the explicit list of its migrations; both or neither. */
  readonly schema?: string;
  readonly migrations?: readonly MigrationClass[];
  /** Most connections of its own pool. */
  readonly poolSize?: number;
  /** Its consumer groups. Called when the modules are made and the schema is migrated. */
  readonly processors?: (app: INestApplicationContext) => readonly AnyProcessor[];
  /** Takes back its state from the log, after the database was lost. */
  readonly recover?: Recover;
  /** The OpenAPI document to serve instead of its own: the origin's, which speaks for every service. */
  readonly openApi?: () => Promise<object>;
  /** The compatible APIs among its paths. */
  readonly dialects?: readonly Dialect[];
  /** Parts without which it still does its work; their failure degrades readiness, and no more. */
  readonly worksWithout?: readonly ('database' | 'broker')[];
}

/** What a spec may replace. */
export interface ServiceOverrides {
  /** Read instead of the process's environment. */
  readonly environment?: Environment;
  readonly clock?: Clock;
  readonly ids?: Ids;
  readonly publisher?: EventPublisher;
  readonly eventLog?: EventLog;
  /** Where log lines go. */
  readonly logSink?: LineSink;
}
