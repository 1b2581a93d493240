import { GossipRound } from './gossip-round.js';
import { HostSample } from './host-sample.js';
import { LogRecord } from './log-record.js';
import { MetricPoint } from './metric-point.js';

export { COMPARED_OF_MEMBER } from './compared-of-member.js';
export { GossipRound, type GossipRoundPayload } from './gossip-round.js';
export { HostSample, type HostSamplePayload } from './host-sample.js';
export { LogRecord, type LogRecordPayload } from './log-record.js';
export { MetricPoint, type MetricPointPayload } from './metric-point.js';

/** Every sample: what lies on the telemetry topic, and what `POST /tocsin/v1/samples` takes as `{kind, ...}`. */
export const sampleTypes = [HostSample, GossipRound, LogRecord, MetricPoint] as const;
