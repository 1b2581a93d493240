import { type Environment, readConfig } from '#libs/runtime';
import { z } from 'zod';
import { type StatusAfterResolve } from './service-status/service-status.js';

/** What this service reads besides the settings that every service has. */
export abstract class IncidentsConfig {
  /** What the end of an alert of a status means for its service; statuses in lower case. */
  abstract readonly statusAfterResolve: StatusAfterResolve;
  /** Seconds between two heartbeats of a source, of which nothing else is said. */
  abstract readonly heartbeatEvery: number;
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

/** Argus: from a minute to a day (reference argus.md 1.11); shorter for whoever needs to know sooner. */
const heartbeatEvery = z.coerce.number().int().min(1).max(86_400).default(60).describe('seconds, 1 to 86400');

/** @throws ConfigError */
export function readIncidentsConfig(environment?: Environment): IncidentsConfig {
  const { STATUS_AFTER_RESOLVE, HEARTBEAT_INTERVAL } = readConfig(
    { STATUS_AFTER_RESOLVE: statusAfterResolve, HEARTBEAT_INTERVAL: heartbeatEvery },
    environment,
  );
  return { statusAfterResolve: STATUS_AFTER_RESOLVE, heartbeatEvery: HEARTBEAT_INTERVAL };
}
