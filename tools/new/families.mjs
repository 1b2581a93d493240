/**
 * The families of plug-ins: where their folders lie, the list that names them, and what a member's file is called.
 * @typedef {{ folder: string, list: string, array: string, suffix: string, fixtures: boolean }} Family
 */

/** @type {Readonly<Record<string, Family>>} */
export const families = {
  source: {
    folder: 'apps/ingestion/src/sources',
    list: 'apps/ingestion/src/sources/index.ts',
    array: 'sources',
    suffix: 'source',
    fixtures: true,
  },
  detector: {
    folder: 'apps/detection/src/detectors',
    list: 'apps/detection/src/detectors/index.ts',
    array: 'detectors',
    suffix: 'detector',
    fixtures: true,
  },
  sink: {
    folder: 'apps/delivery/src/sinks',
    list: 'apps/delivery/src/sinks/index.ts',
    array: 'sinks',
    suffix: 'sink',
    fixtures: true,
  },
};
