import { type HostSamplePayload } from '#libs/contracts';
import { type Detection, defineDetector, type Finding, type Sample } from '../../detector.js';
import { shown } from '../../issues/words.js';
import { consistency, evidenceOf } from '../../windows/consistently.js';
import { closesOnOne, type Gauge } from '../../windows/gauge.js';
import { LATE_MS } from '../../windows/points.js';

/** By mount. */
type State = Readonly<Record<string, Gauge>>;

/** Reference integrations-and-sinks 2.3, rule 2. Subject: node and mount, for each mount that the database lies on. */
export const diskUsage = defineDetector({
  name: 'disk-usage',
  version: 1,
  says: 'The disk that the database lies on is filling up.',
  severity: 'critical',
  reads: new Set(['HostSample']),
  settings: { percent: 80, ...consistency },
  detect(state: State | undefined, sample: Sample<HostSamplePayload>, settings): Detection<State> {
    const { disks, nodeId, clusterId } = sample.payload;
    const limit = settings.percent;
    const mounts = stillOf(state ?? {}, sample.now);
    const findings = disks
      .filter(({ isDatabase }) => isDatabase)
      .flatMap(({ mount, usedBytes, totalBytes }): Finding[] => {
        const usedPercent = (usedBytes * 100) / totalBytes;
        const gauge = closesOnOne(mounts.get(mount), sample, usedPercent, limit, settings);
        mounts.set(mount, gauge.state);
        if (!gauge.kind) return [];
        const closed = gauge.kind === 'closed';
        const advice = closed
          ? `That is below ${shown(limit)} %.`
          : `The limit is ${shown(limit)} %: a full disk stops the database. Remove data, scavenge, or expand to a larger disk.`;
        return [
          {
            kind: gauge.kind,
            subject: `${nodeId}:${mount}`,
            nodeId,
            title: `Disk usage of ${mount} on node ${nodeId} is ${closed ? 'normal again' : 'too high'}`,
            message: `Node ${nodeId} of cluster ${clusterId}: ${shown(usedPercent)} % of ${mount} is used. ${advice}`,
            observed: { usedPercent, usedBytes, totalBytes, mount },
            threshold: { percent: limit },
            window: evidenceOf(gauge.state.values, sample.now, settings),
          },
        ];
      });
    return { state: Object.fromEntries(mounts), findings };
  },
});

/** The mounts that have an issue, or were heard of not long ago. */
function stillOf(state: State, now: number): Map<string, Gauge> {
  const heard = ({ values, episode }: Gauge): boolean =>
    episode.open !== undefined || (values.at(-1)?.[0] ?? 0) >= now - 10 * LATE_MS;
  const mounts = new Map<string, Gauge>();
  for (const mount of Object.keys(state)) if (heard(state[mount]!)) mounts.set(mount, state[mount]!);
  return mounts;
}
