import { type MigrationClass, storeMigrations } from '#libs/store';
import { Integrations1763700000000 } from './1763700000000-integrations.js';
import { Expectations1763700000001 } from './1763700000001-expectations.js';
import { Deliveries1763700000002 } from './1763700000002-deliveries.js';
import { Views1763700000003 } from './1763700000003-views.js';

/** Every step of the schema `integrations`, oldest first. */
export const migrations: readonly MigrationClass[] = [
  ...storeMigrations,
  Integrations1763700000000,
  Expectations1763700000001,
  Deliveries1763700000002,
  Views1763700000003,
];
