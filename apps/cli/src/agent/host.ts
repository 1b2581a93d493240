import { loadavg } from 'node:os';
import { type Instant } from '#libs/core';
import si from 'systeminformation';

/** Figures of this host. Bytes. */
export interface HostFigures {
  readonly load: { readonly m1: number; readonly m5: number; readonly m15: number };
  readonly physicalCores: number;
  readonly logicalCores: number;
  readonly memory: { readonly totalBytes: number; readonly availableBytes: number };
  readonly disks: readonly { readonly mount: string; readonly totalBytes: number; readonly usedBytes: number }[];
}

/** Reads the host by npm `systeminformation`; the number of its cores only once. */
export function hostReader(): () => Promise<HostFigures> {
  let cores: Promise<{ physicalCores: number; logicalCores: number }> | undefined;
  return async () => {
    cores ??= si.cpu().then(({ physicalCores, cores: logical }) => ({
      physicalCores: physicalCores || logical || 1,
      logicalCores: logical || 1,
    }));
    const [known, memory, disks] = await Promise.all([cores, si.mem(), si.fsSize()]);
    const [m1 = 0, m5 = 0, m15 = 0] = loadavg();
    return {
      load: { m1, m5, m15 },
      ...known,
      memory: { totalBytes: memory.total, availableBytes: Math.min(memory.available, memory.total) },
      disks: disks
        .filter(({ size }) => size > 0)
        .map(({ mount, size, used }) => ({ mount, totalBytes: size, usedBytes: Math.min(used, size) })),
    };
  };
}

/** Whose host it is. */
export interface Place {
  readonly clusterId: string;
  readonly nodeId: string;
}

/** A sample as it is posted. `dataPath` lies on the disk of the database: that of the longest mount above it. */
export function hostSampleOf(
  figures: HostFigures,
  place: Place,
  dataPath: string,
  at: Instant,
): Record<string, unknown> {
  const { disks, ...rest } = figures;
  const mounts = disks.map(({ mount }) => mount).filter((mount) => isAbove(mount, dataPath));
  const databaseMount = mounts.sort((a, b) => b.length - a.length)[0];
  return {
    kind: 'HostSample',
    ...place,
    at,
    ...rest,
    disks: disks.map((disk) => ({ ...disk, isDatabase: disk.mount === databaseMount })),
    basis: 'host-agent',
  };
}

function isAbove(mount: string, path: string): boolean {
  return mount === '/' || path === mount || path.startsWith(`${mount}/`);
}
