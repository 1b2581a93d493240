import { type Environment, readConfig } from '#libs/runtime';
import { z } from 'zod';
import { type StatusAfterResolve } from './service-status/service-status.js';

/** What this service reads besides the settings that every service has. */
export abstract class IncidentsConfig {
  /** What the end of an alert of a status means for its service; statuses in lower case. */
  abstract readonly statusAfterResolve: StatusAfterResolve;
}

const pair = /^[^=,]+=[^=,]+$/;

const statusAfterResolve = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((parts) => parts.every((part) => pair.test(part)))
  .transform((parts) => new Map(parts.map((part) => part.split('=').map((word) => word.trim()) as [string, string])))
  .transform((pairs) => new Map([...pairs].map(([status, means]) => [status.toLowerCase(), means])))
  .default(new Map([['down', 'up']]))
  .describe('status=status[,status=status...], such as down=up');

/** @throws ConfigError */
export function readIncidentsConfig(environment?: Environment): IncidentsConfig {
  const { STATUS_AFTER_RESOLVE } = readConfig({ STATUS_AFTER_RESOLVE: statusAfterResolve }, environment);
  return { statusAfterResolve: STATUS_AFTER_RESOLVE };
}
