import { Clock } from '#libs/core';
import { RuntimeConfig, type ServiceOptions } from '#libs/runtime';
import { controlProcessor } from './control.processor.js';
import { DetectionModule } from './detection.module.js';
import { migrations } from './migrations/index.js';
import { notificationsProcessor } from './notifications.processor.js';

/** Samples become issues (`SamplesStart`); failures of clusters become notifications. */
export const detectionService: ServiceOptions = {
  service: 'detection',
  module: DetectionModule,
  schema: 'detection',
  migrations,
  processors: (app) => {
    const around = { clock: app.get(Clock), topics: app.get(RuntimeConfig).topics };
    return [controlProcessor(around), notificationsProcessor(around)];
  },
};
