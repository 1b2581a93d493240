import { type Provider, type Type } from '@nestjs/common';
import { ArgusSourceTypesController } from './argus-source-types.controller.js';
import { ArgusSourcesController } from './argus-sources.controller.js';
import { HeartbeatController } from './heartbeat.controller.js';
import { LastSeen } from './last-seen.js';
import { Registry } from './registry.js';
import { Snapshots } from './snapshots.js';
import { SourceAdministration } from './source-administration.js';
import { SourcesController } from './sources.controller.js';
import { StoredRegistry } from './stored-registry.js';
import { Watch } from './watch.js';

/** Source systems: who they are, whether they live, and what is open at them. */
export const sourcesControllers: readonly Type[] = [
  SourcesController,
  HeartbeatController,
  ArgusSourcesController,
  ArgusSourceTypesController,
];

export const sourcesProviders: readonly Provider[] = [
  StoredRegistry,
  { provide: Registry, useExisting: StoredRegistry },
  SourceAdministration,
  LastSeen,
  Snapshots,
  Watch,
];
