import { type HostSamplePayload } from '#libs/contracts';
import { type Detection, defineDetector, type Sample } from '../../detector.js';
import { duration, shown } from '../../issues/words.js';
import { consistency, evidenceOf } from '../../windows/consistently.js';
import { type Gauge, opensOnOne } from '../../windows/gauge.js';

/** Reference integrations-and-sinks 2.3, rule 1. Subject: the node. */
export const coreLoad = defineDetector({
  name: 'core-load',
  version: 1,
  says: 'The load of a node is more than its physical cores can carry.',
  severity: 'critical',
  reads: new Set(['HostSample']),
  settings: { perCore: 2, averageMinutes: 1, ...consistency },
  detect(state: Gauge | undefined, sample: Sample<HostSamplePayload>, settings): Detection<Gauge> {
    const { physicalCores, nodeId, clusterId } = sample.payload;
    if (physicalCores === undefined) return { state: state ?? { values: [], episode: {} }, findings: [] };
    const load = averageOf(sample.payload, settings.averageMinutes);
    const ratio = load / physicalCores;
    const limit = settings.perCore;
    const gauge = opensOnOne(state, sample, ratio, limit, settings);
    if (!gauge.kind) return { state: gauge.state, findings: [] };
    const closed = gauge.kind === 'closed';
    const seen = `the load is ${shown(load)} on ${shown(physicalCores)} physical cores, ${shown(ratio)} for each core`;
    const advice = closed
      ? `It has been below ${shown(limit)} for ${duration(settings.windowSeconds)}.`
      : `The limit is ${shown(limit)}: work waits for a core. Reduce or spread the work, or consider a larger instance.`;
    const finding = {
      kind: gauge.kind,
      subject: nodeId,
      nodeId,
      title: `Core load of node ${nodeId} is ${closed ? 'normal again' : 'too high'}`,
      message: `Node ${nodeId} of cluster ${clusterId}: ${seen}. ${advice}`,
      observed: { ratio, load, physicalCores },
      threshold: { perCore: limit },
      window: evidenceOf(gauge.state.values, sample.now, settings),
    };
    return { state: gauge.state, findings: [finding] };
  },
});

function averageOf({ load }: HostSamplePayload, minutes: number): number {
  if (minutes >= 15) return load.m15;
  return minutes >= 5 ? load.m5 : load.m1;
}
