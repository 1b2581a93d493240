import { type Pool } from 'pg';
import { type DataSource, type EntitySchema } from 'typeorm';
import { quietly } from './quiet-logger.js';

export type Entity = EntitySchema | (new () => object);

/**
 * TypeORM on connections of `pool`. It is loaded only here and by migrations that are pending: an idle service saves its
 * 20 MB. Destroying it ends the pool.
 */
export async function dataSourceOn(pool: Pool, schema: string, entities: readonly Entity[]): Promise<DataSource> {
  const { DataSource } = await import('typeorm');
  const dataSource = new DataSource({
    type: 'postgres',
    schema,
    entities: [...entities],
    installExtensions: false,
    logger: quietly,
    // Instead of a pool of its own TypeORM gets ours.
    driver: {
      Pool: function () {
        return pool;
      },
    },
    poolErrorHandler: () => {},
  });
  return dataSource.initialize();
}
