import { type Environment, readConfig } from '#libs/runtime';
import { z } from 'zod';
import { isTimeZone } from './argus/datetime.js';
import { ticketPlugins } from './argus/tickets/index.js';
import { type StatusAfterResolve } from './service-status/service-status.js';

/** What this service reads besides the settings that every service has. */
export abstract class IncidentsConfig {
  /** What the end of an alert of a status means for its service; statuses in lower case. */
  abstract readonly statusAfterResolve: StatusAfterResolve;
  /** Zone of the Argus API's answers, and of times that state none. */
  abstract readonly argusTimeZone: string;
  /** Name of the plug-in that makes tickets; absent: none does. */
  abstract readonly ticketPlugin: string | undefined;
  /** Seconds between two heartbeats of a source, of which nothing else is said. */
  abstract readonly heartbeatEvery: number;
  /** Nobody deletes incidents. */
  abstract readonly indelible: boolean;
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

const timeZone = z
  .string()
  .refine(isTimeZone)
  .transform((zone) => (UTC_NAMES.test(zone) ? 'UTC' : zone))
  .default('UTC')
  .describe('a name of the tz database, such as Europe/Oslo');

const UTC_NAMES = /^(?:etc\/)?(?:utc|uct|universal|zulu)$/i;

const ticketPlugin = z
  .string()
  .refine((name) => ticketPlugins.some((plugin) => plugin.name === name))
  .optional()
  .describe(`one of ${ticketPlugins.map(({ name }) => name).join(', ') || 'none: there is no ticket plug-in'}`);

/** Argus' setting and default (reference argus.md 1.3). */
const indelible = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', '1', 'yes', 'on', 'false', '0', 'no', 'off']))
  .transform((word) => ['true', '1', 'yes', 'on'].includes(word))
  .default(true)
  .describe('true or false');

/** @throws ConfigError */
export function readIncidentsConfig(environment?: Environment): IncidentsConfig {
  const read = readConfig(
    {
      STATUS_AFTER_RESOLVE: statusAfterResolve,
      ARGUS_TIME_ZONE: timeZone,
      TICKET_PLUGIN: ticketPlugin,
      HEARTBEAT_INTERVAL: heartbeatEvery,
      INDELIBLE_INCIDENTS: indelible,
    },
    environment,
  );
  return {
    statusAfterResolve: read.STATUS_AFTER_RESOLVE,
    argusTimeZone: read.ARGUS_TIME_ZONE,
    ticketPlugin: read.TICKET_PLUGIN,
    heartbeatEvery: read.HEARTBEAT_INTERVAL,
    indelible: read.INDELIBLE_INCIDENTS,
  };
}
