import { type MigrationClass, storeMigrations } from '#libs/store';
import { Decisions1763600100000 } from './1763600100000-decisions.js';
import { Projections1763600200000 } from './1763600200000-projections.js';
import { RebuildProof1763600250000 } from './1763600250000-rebuild-proof.js';
import { Commands1763600300000 } from './1763600300000-commands.js';

/** The schema `incidents`, oldest first. */
export const migrations: readonly MigrationClass[] = [
  ...storeMigrations,
  Decisions1763600100000,
  Projections1763600200000,
  RebuildProof1763600250000,
  Commands1763600300000,
];
