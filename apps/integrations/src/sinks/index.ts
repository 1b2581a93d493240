import { type SinkDescriptor } from '../sink.js';
import { awsCloudWatchLogs } from './aws-cloud-watch-logs.js';
import { awsCloudWatchMetrics } from './aws-cloud-watch-metrics.js';
import { gcpLogging } from './gcp-logging.js';
import { opsGenie } from './ops-genie.js';
import { pagerDuty } from './pager-duty.js';
import { slack } from './slack.js';

/** Every sink the control plane knows: THE list. */
export const sinks: readonly SinkDescriptor[] = [
  slack,
  opsGenie,
  awsCloudWatchLogs,
  awsCloudWatchMetrics,
  pagerDuty,
  gcpLogging,
];

export function sinkNamed(name: unknown): SinkDescriptor | undefined {
  return sinks.find((sink) => sink.name === name);
}
