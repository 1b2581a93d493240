import { type MigrationClass } from '#libs/store';
import { Access1763600100000 } from './1763600100000-access.js';
import { Registry1763740000000 } from './1763740000000-registry.js';
import { Recovery1763740100000 } from './1763740100000-recovery.js';

/** The schema `access`, oldest first. Whichever service starts first applies them. */
export const accessMigrations: readonly MigrationClass[] = [
  Access1763600100000,
  Registry1763740000000,
  Recovery1763740100000,
];
