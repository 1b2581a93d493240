import { ConfigError, type Environment, readConfig } from '#libs/runtime';
import { z } from 'zod';
import { type LaneRule } from './lane/lane.js';
import { type Sink, type Target } from './sink.js';
import { sinks } from './sinks/index.js';

/** What a delivery process reads besides the settings that every service has. Times are milliseconds. */
export abstract class DeliveryConfig {
  /** One call in all. */
  abstract readonly callTimeout: number;
  /** Waits between tries; the last one repeats. */
  abstract readonly retrySchedule: readonly number[];
  /** Between two looks at a parked integration. */
  abstract readonly probeInterval: number;
  /** A first message older than this is not sent any more. */
  abstract readonly expiresAfter: number;
  abstract readonly doubtfulPosts: LaneRule['doubtfulPosts'];
}

const MOST = 7 * 86_400;
const seconds = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number)
  .refine((value) => value > 0 && value <= MOST)
  .describe(`seconds above 0, at most ${MOST}`);

const schedule = z
  .string()
  .transform((text) =>
    text
      .replace(/,\s*\.\.\.$/, '')
      .split(',')
      .map((step) => step.trim()),
  )
  .refine((steps) => steps.every((step) => /^\d+(\.\d+)?$/.test(step) && Number(step) <= MOST))
  .transform((steps) => steps.map(Number))
  .describe('seconds,seconds,... such as 1,5,30,120,600,3600,...');

const shape = {
  DELIVERY_CALL_TIMEOUT: seconds.default(15),
  DELIVERY_RETRY_SCHEDULE: schedule.default([1, 5, 30, 120, 600, 3600]),
  DELIVERY_PROBE_INTERVAL: seconds.default(30),
  DELIVERY_EXPIRES_AFTER: seconds.default(86_400),
  DELIVERY_DOUBTFUL_POSTS: z
    .enum(['at-least-once', 'at-most-once'])
    .default('at-least-once')
    .describe('at-least-once (a post in doubt is repeated) or at-most-once (it is not)'),
};

/** @throws ConfigError */
export function readDeliveryConfig(environment?: Environment): DeliveryConfig {
  const env = readConfig(shape, environment);
  return {
    callTimeout: env.DELIVERY_CALL_TIMEOUT * 1000,
    retrySchedule: env.DELIVERY_RETRY_SCHEDULE.map((step) => step * 1000),
    probeInterval: env.DELIVERY_PROBE_INTERVAL * 1000,
    expiresAfter: env.DELIVERY_EXPIRES_AFTER * 1000,
    doubtfulPosts: env.DELIVERY_DOUBTFUL_POSTS,
  };
}

/** The sink that `SINK` names. @throws ConfigError */
export function readSink(environment?: Environment): Sink {
  const { SINK } = readConfig({ SINK: z.string().default('').describe(names()) }, environment);
  const sink = sinks.find(({ name }) => name === SINK);
  if (sink) return sink;
  throw new ConfigError(`SINK: read ${SINK === '' ? 'nothing' : `"${SINK.slice(0, 100)}"`}; allowed: ${names()}`);
}

function names(): string {
  return sinks.map(({ name }) => name).join(', ');
}

/** The sink as this installation reaches it. @throws ConfigError */
export function openSink(sink: Sink, environment?: Environment): Target {
  return sink.open(readConfig({ ...sink.environment }, environment) as never);
}
