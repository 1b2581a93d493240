import { type MigrationClass } from '#libs/store';
import { Idempotency1763600200000 } from './1763600200000-idempotency.js';

/** The schema `ingestion`, oldest first. */
export const ingestionMigrations: readonly MigrationClass[] = [Idempotency1763600200000];
