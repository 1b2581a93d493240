import { z } from 'zod';
import { text } from '../fields.js';
import { joinKey } from '../key.js';

/** Names of clusters, nodes, rounds: any text. */
export const name = text(256);

/** Bytes, or an offset in a log: not negative, exact as a number. */
export const amount = z.number().min(0).max(Number.MAX_SAFE_INTEGER);

/** All samples of a cluster share a stream, so they lie in one partition, in order. */
export function clusterSubject({ clusterId }: { clusterId: string }): string {
  return joinKey('cluster', clusterId);
}
