import { type HealthCheck, type PartHealth } from '../health/health.js';
import { type ProcessorHost } from '../processing/processor-host.js';
import { type ProcessorStatus } from '../processing/processor-status.js';

/**
 * Each running processor as a part of readiness: down when nothing moves, or when a partition was stopped. `optional` where
 * the service does its work without the database, which is what its processors keep.
 */
export function processorChecks(host: Pick<ProcessorHost, 'status'>, optional = false): readonly HealthCheck[] {
  return host.status().map((status) => ({ name: `processor:${status.name}`, optional, check: () => healthOf(status) }));
}

/**
 * For liveness only what a restart mends counts. A processor that joins its group, or whose broker is away, goes on by
 * itself, and a partition that was stopped stays so.
 */
export function aliveChecks(host: Pick<ProcessorHost, 'status'>): readonly HealthCheck[] {
  return host.status().map((status) => ({
    name: `processor:${status.name}`,
    check: () => ({ status: status.stuck ? 'down' : 'up' }),
  }));
}

function healthOf({ alive, partitions }: ProcessorStatus): PartHealth {
  const stopped = partitions.filter((partition) => partition.stopped !== undefined);
  const lagEvents = partitions.reduce((sum, partition) => sum + partition.lagEvents, 0);
  const lagSeconds = Math.max(0, ...partitions.map((partition) => partition.lagSeconds));
  const facts = { partitions: partitions.length, lagEvents, lagSeconds };
  if (!alive) return { status: 'down', detail: 'not in its group, or nothing moves', ...facts };
  if (stopped.length === 0) return { status: 'up', ...facts };
  const detail = stopped.map(({ partition, stopped }) => `partition ${partition}: ${stopped}`).join('; ');
  return { status: 'down', detail, ...facts };
}
