import { type AnyDetector } from '../detector.js';
import { clusterConsensus } from './cluster-consensus/cluster-consensus.detector.js';
import { coreLoad } from './core-load/core-load.detector.js';
import { diskUsage } from './disk-usage/disk-usage.detector.js';
import { frequentElections } from './frequent-elections/frequent-elections.detector.js';
import { leaderMismatch } from './leader-mismatch/leader-mismatch.detector.js';
import { memoryUsage } from './memory-usage/memory-usage.detector.js';
import { nodeOutOfSync } from './node-out-of-sync/node-out-of-sync.detector.js';
import { unreachableNode } from './unreachable-node/unreachable-node.detector.js';

/** Every rule over samples: THE list. */
export const detectors: readonly AnyDetector[] = [
  coreLoad,
  diskUsage,
  memoryUsage,
  clusterConsensus,
  frequentElections,
  leaderMismatch,
  nodeOutOfSync,
  unreachableNode,
];
