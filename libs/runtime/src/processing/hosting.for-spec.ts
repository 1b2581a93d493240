import { headersOf, keyOf } from '#libs/contracts';
import { ManualClock } from '#libs/core';
import { MemoryEventLog } from '#libs/event-stream';
import { type ProcessorDefinition, type Received } from '../processor.js';
import { eventOf, processingGround, tenants, topics } from './ground.for-spec.js';
import { type HostOptions, ProcessorHost } from './processor-host.js';

export const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** A ground with hosts on a log in memory, whose clock stands still. `anew` stops the hosts of the last test. */
export async function hostingGround() {
  const ground = await processingGround();
  const { store, log, metrics } = ground;
  const relay = ground.startRelay();
  const eventLog = new MemoryEventLog(ground.memory);
  const clock = new ManualClock(Date.now());
  let hosts: ProcessorHost[] = [];
  let serial = 0;
  const onFatal = (error: Error) => {
    throw error;
  };

  const hostOf = (over: Partial<HostOptions> = {}) => {
    const base = { eventLog, store, relay, tenants, clock, topics, version: '1', metrics, log, onFatal };
    const host = new ProcessorHost({ ...base, ...over });
    hosts.push(host);
    return host;
  };

  const anew = async () => {
    serial += 1;
    await Promise.all(hosts.map((host) => host.stopAll()));
    hosts = [];
  };

  return {
    ...ground,
    relay,
    clock,
    hostOf,
    anew,
    nameOf: (what: string) => `app.${what}${serial}`,
    /** The name of this test's events. */
    eventName: (base: string) => `${base}${serial}`,
    said: (n: number, subject?: string) => eventOf(`Said${serial}`, n, subject),
    /** Takes this test's events and remembers what it got. */
    collector: (name: string, over: Partial<ProcessorDefinition> = {}) => {
      const seen: Received[] = [];
      const definition: ProcessorDefinition = {
        name: `app.${name}${serial}`,
        topic: topics.events,
        handles: new Set([`Said${serial}`]),
        apply: (batch) => Promise.resolve(void seen.push(...batch)),
        ...over,
      };
      const ns = () => seen.map(({ event }) => (event.payload as { n: number }).n).sort((a, b) => a - b);
      return { definition, seen, ns };
    },
    publish: (...events: ReturnType<typeof eventOf>[]) => {
      ground.memory.append(
        events.map((event) => {
          return { topic: topics.events, key: keyOf(event), value: JSON.stringify(event), headers: headersOf(event) };
        }),
      );
    },
    close: async () => {
      await anew();
      await ground.close();
    },
  };
}

export type HostingGround = Awaited<ReturnType<typeof hostingGround>>;
