import { Checkpoint1763600000000 } from './1763600000000-checkpoint.js';
import { Outbox1763600000001 } from './1763600000001-outbox.js';
import { type MigrationClass } from '../migrate.js';

/** What the list of every service that has processors or an outbox starts with. */
export const storeMigrations: readonly MigrationClass[] = [Checkpoint1763600000000, Outbox1763600000001];
