import { type MigrationClass, storeMigrations } from '#libs/store';
import { Detection1763800000000 } from './1763800000000-detection.js';

/** The schema `detection`, oldest first. */
export const migrations: readonly MigrationClass[] = [...storeMigrations, Detection1763800000000];
