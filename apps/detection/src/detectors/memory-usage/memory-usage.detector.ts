import { type HostSamplePayload } from '#libs/contracts';
import { type Detection, defineDetector, type Sample } from '../../detector.js';
import { duration, shown } from '../../issues/words.js';
import { consistency, evidenceOf } from '../../windows/consistently.js';
import { type Gauge, opensOnOne } from '../../windows/gauge.js';

/** Reference integrations-and-sinks 2.3, rule 3. Subject: the node. */
export const memoryUsage = defineDetector({
  name: 'memory-usage',
  version: 1,
  says: 'The memory of a node is nearly used up.',
  severity: 'critical',
  reads: new Set(['HostSample']),
  settings: { percent: 90, ...consistency },
  detect(state: Gauge | undefined, sample: Sample<HostSamplePayload>, settings): Detection<Gauge> {
    const { memory, nodeId, clusterId, basis } = sample.payload;
    const { totalBytes, availableBytes } = memory;
    const usedPercent = Math.min(100, Math.max(0, ((totalBytes - availableBytes) * 100) / totalBytes));
    const limit = settings.percent;
    const gauge = opensOnOne(state, sample, usedPercent, limit, settings);
    if (!gauge.kind) return { state: gauge.state, findings: [] };
    const closed = gauge.kind === 'closed';
    const advice = closed
      ? `It has been below ${shown(limit)} % for ${duration(settings.windowSeconds)}.`
      : `The limit is ${shown(limit)} %: without memory the database slows down or is ended. Consider a larger instance.`;
    const finding = {
      kind: gauge.kind,
      subject: nodeId,
      nodeId,
      title: `Memory usage of node ${nodeId} is ${closed ? 'normal again' : 'too high'}`,
      message: `Node ${nodeId} of cluster ${clusterId}: ${shown(usedPercent)} % of the memory is used. ${advice}`,
      observed: { usedPercent, totalBytes, availableBytes, basis },
      threshold: { percent: limit },
      window: evidenceOf(gauge.state.values, sample.now, settings),
    };
    return { state: gauge.state, findings: [finding] };
  },
});
