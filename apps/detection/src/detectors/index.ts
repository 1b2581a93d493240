import { type Detector } from '../detector.js';

/** Every rule over samples: THE list. */
export const detectors: readonly Detector[] = [];
