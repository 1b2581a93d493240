import { type Finding, type Settings } from '../detector.js';
import { duration } from './words.js';

/**
 * The rule about samples that stay away, which the detectors say nothing about (reference integrations-and-sinks 2.1). Its
 * time is that of the log, not of the samples: how long nothing was written down.
 */
export const healthReporting = {
  name: 'health-reporting',
  version: 1,
  says: 'A node, or the gossip of a cluster, has not been heard of for a while.',
  severity: 'warning',
  /** `seconds` 0: says nothing. A subject that was heard of less than `minSamples` times is not waited for. */
  settings: { seconds: 300, minSamples: 3 } as Settings,
} as const;

/** The last record of one kind that was applied; `timestamp` is the record's, in milliseconds. */
export interface Heard {
  readonly count: number;
  readonly timestamp: number;
  readonly partition: number;
  readonly offset: number;
  readonly projectId: string;
}

/** When its silence is an issue, in milliseconds; undefined where it is not waited for. */
export function silentFrom({ count, timestamp }: Heard, settings: Settings): number | undefined {
  const { seconds = 0, minSamples = 0 } = settings;
  return seconds > 0 && count >= minSamples ? timestamp + seconds * 1000 : undefined;
}

/** Who is silent, when a kind of samples stays away. */
export function subjectOf(kind: string, clusterId: string, nodeId: string): { subject: string; nodeId?: string } {
  return nodeId === '' ? { subject: `${clusterId}:${kind}` } : { subject: nodeId, nodeId };
}

export function silenceFinding(
  kind: 'opened' | 'closed',
  samples: string,
  { clusterId, nodeId }: { clusterId: string; nodeId: string },
  { last, settings }: { last: number; settings: Settings },
): Finding {
  const { seconds = 0, minSamples = 0 } = settings;
  const who = nodeId === '' ? `The gossip of cluster ${clusterId}` : `Node ${nodeId} of cluster ${clusterId}`;
  return {
    kind,
    ...subjectOf(samples, clusterId, nodeId),
    title: `${who} ${kind === 'closed' ? 'reports again' : 'does not report'}`,
    message:
      kind === 'closed'
        ? `${who}: samples come again.`
        : `${who}: no ${samples} for ${duration(seconds)}. Its other issues stay as they are until samples come. ` +
          'Check the agent or the poller that sends them, and the way from there to here.',
    observed: { samples, lastHeardAt: new Date(last).toISOString() },
    threshold: { seconds, minSamples },
    window: { start: last, samples: 0, missing: 0 },
  };
}
