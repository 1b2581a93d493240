import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { type EventEnvelope } from '#libs/contracts';
import {
  createTestService,
  freePort,
  testInstallation,
  type TestInstallation,
  type TestService,
  until,
} from '#libs/testing';
import { detectors } from './detectors/index.js';
import { decideAll } from './testing/decide-all.js';
import { telemetry } from './testing/generator.js';
import { eventsOf, firstTenantOf, publishSamples } from './testing/log-for-spec.js';

const PROGRAM = path.join(process.cwd(), 'dist/apps/detection/src/main.js');

@Module({})
class NoModule {}

let installation: TestInstallation;
/** Only its publisher and its reader are used. */
let log: TestService;
let child: ChildProcess | undefined;

beforeAll(async () => {
  installation = await testInstallation();
  log = await createTestService({ service: 'spec', module: NoModule }, { installation });
}, 60_000);

afterAll(async () => {
  child?.kill('SIGKILL');
  await log?.stop();
  await installation?.drop();
});

/** Starts the service as a process of its own; at the crash point it ends as by `kill -9`. */
async function start(crashpoint?: string): Promise<{ exited: Promise<unknown> }> {
  const own = {
    SERVICE_PORT: String(await freePort()),
    ...(crashpoint === undefined ? {} : { CRASHPOINT: crashpoint }),
  };
  const env = { ...process.env, ...installation.environment, ...own };
  child = spawn(process.execPath, [PROGRAM], { env, stdio: 'ignore' });
  return { exited: once(child, 'exit') };
}

/** What was said, but for ids and places. */
const words = (events: readonly EventEnvelope[]) =>
  events
    .map(({ name, payload }) => {
      const { detector, subject, sequence, openedAt, occurredAt } = payload as Record<string, string>;
      return `${detector} ${subject} ${openedAt} ${String(sequence).padStart(5, '0')} ${name} ${occurredAt}`;
    })
    .sort();

/** The issue events of a cluster on the log, each id once. @throws when one id stands for two things */
async function issuesOf(clusterId: string): Promise<EventEnvelope[]> {
  const found = new Map<string, EventEnvelope>();
  for (const event of await eventsOf(log, 'IssueOpened', 'IssueObserved', 'IssueClosed')) {
    if ((event.payload as { clusterId: string }).clusterId !== clusterId) continue;
    const known = found.get(event.metadata.id);
    if (known) expect(event).toEqual(known);
    found.set(event.metadata.id, event);
  }
  return [...found.values()];
}

describe('detection that is killed under load', () => {
  it.each([
    'processor.before-transaction:4',
    'processor.before-commit:3',
    'processor.after-commit:3',
    'relay.before-publish:2',
    'relay.after-publish:2',
  ])(
    'at %s says everything, and nothing twice',
    async (point) => {
      const clusterId = point.replace(/\W/g, '-');
      const samples = telemetry({ seed: 31, hours: 1, nodes: 3, clusterId });
      const expected = words(decideAll(samples, detectors).events);
      const { exited } = await start(point);
      const tenant = await firstTenantOf(log);
      for (let from = 0; from < samples.length; from += 100) {
        await publishSamples(log, tenant, samples.slice(from, from + 100));
      }
      expect(await exited).toEqual([null, 'SIGKILL']);
      const next = await start();
      await until(async () => words(await issuesOf(clusterId)).length >= expected.length, {
        timeout: 60_000,
        interval: 200,
        what: 'all issue events',
      });
      expect(words(await issuesOf(clusterId))).toEqual(expected);
      child?.kill('SIGKILL');
      await next.exited;
    },
    120_000,
  );
});
