import { type Environment, readConfig } from '#libs/runtime';
import { z } from 'zod';
import { sinks } from './sinks/index.js';

/** What this service reads besides the settings that every service has. */
export abstract class IntegrationsConfig {
  /** Names of the sinks that have a running delivery process: others are known but cannot be used yet. */
  abstract readonly enabledSinks: ReadonlySet<string>;
}

/** @throws ConfigError */
export function readIntegrationsConfig(environment?: Environment): IntegrationsConfig {
  const processes = sinks.flatMap(({ delivery }) => (delivery === undefined ? [] : [delivery]));
  const { SINKS } = readConfig(
    {
      SINKS: z
        .string()
        .transform((text) => text.split(',').map((name) => name.trim()))
        .refine((names) => names.every((name) => name === 'all' || processes.includes(name)))
        .default(['all'])
        .describe(`all, or a list of ${processes.join(', ')}`),
    },
    environment,
  );
  const runs = (process: string | undefined): boolean =>
    process !== undefined && (SINKS.includes('all') || SINKS.includes(process));
  return { enabledSinks: new Set(sinks.filter(({ delivery }) => runs(delivery)).map(({ name }) => name)) };
}
