import { type MigrationClass } from '#libs/store';
import { Clusters1763900100000 } from './1763900100000-clusters.js';

/** Tables of the registered clusters, oldest first. */
export const clusterMigrations: readonly MigrationClass[] = [Clusters1763900100000];
