import { type HostSamplePayload } from '#libs/contracts';
import { type Figure } from './figures.js';

/** What the database's own figures tell of its host: a `HostSample` but for whom and when it is of. */
export type HostFigures = Pick<HostSamplePayload, 'load' | 'memory' | 'disks'>;

/**
 * Load, memory and disks as `/metrics` or `/stats` tell them (reference integrations-and-sinks 2.5, 2.6); undefined where
 * load or memory is missing. Free memory may have another basis than the total: that is for the detectors.
 */
export function hostFiguresOf(figures: readonly Figure[]): HostFigures | undefined {
  const known = new Map<string, number>();
  for (const figure of figures) known.set(keyOf(figure), figure.value);
  const loads = (['1m', '5m', '15m'] as const).map((period) => known.get(`load ${period}`));
  const [m1, m5, m15] = loads;
  const totalBytes = known.get('memory total');
  const availableBytes = known.get('memory free');
  if (m1 === undefined || m5 === undefined || m15 === undefined) return undefined;
  if (!totalBytes || totalBytes < 0 || availableBytes === undefined) return undefined;
  const memory = { totalBytes, availableBytes: Math.max(0, availableBytes) };
  return { load: { m1, m5, m15 }, memory, disks: disksOf(known) };
}

const STATS: Readonly<Record<string, string>> = {
  'sys-loadavg-1m': 'load 1m',
  'sys-loadavg-5m': 'load 5m',
  'sys-loadavg-15m': 'load 15m',
  'sys-freeMem': 'memory free',
  'sys-totalMem': 'memory total',
};
const DRIVE = /^sys-drive-(.+)-(totalBytes|usedBytes)$/;

function keyOf({ name, labels }: Figure): string {
  const drive = DRIVE.exec(name);
  if (drive) return `disk ${drive[2] === 'totalBytes' ? 'total' : 'used'} ${drive[1]}`;
  switch (name.replace(/^(eventstore|kurrentdb)_/, '')) {
    case 'sys_load_avg':
      return `load ${labels['period'] ?? ''}`;
    case 'sys_mem_bytes':
      return `memory ${labels['kind'] ?? ''}`;
    case 'sys_disk_bytes':
      return `disk ${labels['kind'] ?? ''} ${labels['disk'] ?? ''}`;
    default:
      return STATS[name] ?? '';
  }
}

/** The database tells of the disk that it lies on, and of no other. */
function disksOf(known: ReadonlyMap<string, number>): HostFigures['disks'] {
  return [...known].flatMap(([key, totalBytes]) => {
    const mount = /^disk total (.+)$/s.exec(key)?.[1];
    const usedBytes = mount === undefined ? undefined : known.get(`disk used ${mount}`);
    if (mount === undefined || usedBytes === undefined || totalBytes <= 0) return [];
    return [{ mount, isDatabase: true, totalBytes, usedBytes: Math.min(Math.max(0, usedBytes), totalBytes) }];
  });
}
