import { type PartHealth } from '../health/health.js';
import { type Ground } from './ground.js';
import { type Stores, type Stream } from './parts.js';

/** Health and figures of the database and the broker. */
export function watchParts({ health, metrics, options }: Ground, stream: Stream, stores: Stores): void {
  const worksWithout = options.worksWithout ?? [];
  health.addReadiness({
    name: 'broker',
    optional: worksWithout.includes('broker'),
    check: async (): Promise<PartHealth> => {
      await stream.eventLog.ping();
      return { status: 'up' };
    },
  });
  health.addReadiness({
    name: 'database',
    optional: worksWithout.includes('database'),
    check: async (): Promise<PartHealth> => {
      await Promise.all([stores.access.ping(), stores.own?.ping()]);
      return { status: 'up' };
    },
  });
  const pools = Object.entries(stores).filter(([, store]) => store !== undefined) as [
    string,
    NonNullable<Stores['own']>,
  ][];
  metrics.gauge('tocsin_pool_connections', 'Connections of a pool by state.', ['pool', 'state'], (gauge) => {
    for (const [pool, store] of pools) {
      const { total, idle, waiting } = store.poolStats();
      gauge.set({ pool, state: 'busy' }, total - idle);
      gauge.set({ pool, state: 'idle' }, idle);
      gauge.set({ pool, state: 'waited_for' }, waiting);
    }
  });
}
