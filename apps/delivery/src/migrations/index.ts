import { type MigrationClass, storeMigrations } from '#libs/store';
import { Delivery1763700000000 } from './1763700000000-delivery.js';

/** The schema `delivery`, oldest first. */
export const migrations: readonly MigrationClass[] = [...storeMigrations, Delivery1763700000000];
