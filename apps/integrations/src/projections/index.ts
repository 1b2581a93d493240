import { type ProcessorDefinition } from '#libs/runtime';
import { causesProcessor } from './causes/causes.processor.js';
import { deliveriesProcessor } from './deliveries/deliveries.processor.js';
import { healthProcessor } from './health/health.processor.js';

/** Every read model of the service, as the processor that keeps it: THE list. */
export const views: readonly ((topic: string) => ProcessorDefinition)[] = [
  healthProcessor,
  deliveriesProcessor,
  causesProcessor,
];
