import { armCrashpoints } from '#libs/core';
import { readCheckpoints } from '#libs/store';
import { type ProcessorDefinition, Undecidable } from '../processor.js';
import { readDeadLetter } from './dead-letter.js';
import { eventOf, processingGround, tenants, topics } from './ground.for-spec.js';
import { processorMetrics } from './metrics.js';
import { ProcessorLoop } from './processor-loop.js';
import { EventWorkload } from './workload.js';

/** Batches are not cut short. */
export const never = { signal: new AbortController().signal };

export const counted = (...ns: number[]) => ns.map((n) => eventOf('Counted', n));

export const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/**
 * A ground with a processor that writes the `n` of each event down and emits an event for it; a negative one cannot be
 * decided. Every test calls `anew` for a processor of its own.
 */
export async function countingGround() {
  const ground = await processingGround();
  const relay = ground.startRelay();
  const { store, log, metrics } = ground;
  await store.query('create table applied (processor text, n integer check (n < 100000), primary key (processor, n))');
  let serial = 0;
  const state = { name: '' };

  const definition = (over: Partial<ProcessorDefinition> = {}): ProcessorDefinition => ({
    name: state.name,
    topic: topics.events,
    handles: new Set(['Counted']),
    async apply(batch, unit) {
      for (const { event } of batch) {
        const { n } = event.payload as { n: number };
        if (n < 0) throw new Undecidable(`cannot decide ${n}, token=s3cr3t`);
        await unit.tx.query('insert into applied (processor, n) values ($1, $2)', [state.name, n]);
        unit.emit(eventOf('Emitted', n, `${state.name}/${n}`));
      }
    },
    ...over,
  });

  const loopOf = (over: Partial<ProcessorDefinition> = {}, by = store) => {
    const base = { processor: state.name, topic: topics.events, topics, version: '1', store: by, relay, log };
    const scope = { ...base, metrics: processorMetrics(metrics) };
    return new ProcessorLoop(scope, new EventWorkload(definition(over), tenants));
  };

  return {
    ...ground,
    relay,
    definition,
    loopOf,
    get name() {
      return state.name;
    },
    anew: () => {
      armCrashpoints(undefined);
      state.name = `app.p${serial++}`;
    },
    /** A loop that owns partition 0. */
    started: async (over: Partial<ProcessorDefinition> = {}, by = store) => {
      const loop = loopOf(over, by);
      await loop.resumeFrom(topics.events, 'topic-id', [0]);
      return loop;
    },
    applied: async () => {
      const sql = 'select n from applied where processor = $1 order by n';
      return (await store.query<{ n: number }>(sql, [state.name])).rows.map(({ n }) => n);
    },
    checkpoint: async () => (await readCheckpoints(store, state.name, topics.events))[0]?.nextOffset,
    /** What the processor's events say on the log. */
    emitted: async () => {
      await relay.whenDrained();
      return ground
        .records(topics.events)
        .map(({ value }) => JSON.parse(value!.toString()) as ReturnType<typeof eventOf>)
        .filter(({ metadata }) => metadata.subject.startsWith(`${state.name}/`))
        .map(({ payload }) => (payload as { n: number }).n)
        .sort((a, b) => a - b);
    },
    /** The processor's own dead letters. */
    letters: async () => {
      await relay.whenDrained();
      const all = ground.records(topics.deadLetters).map((record) => readDeadLetter(record)!);
      return all.filter(({ group }) => group === state.name);
    },
  };
}

export type CountingGround = Awaited<ReturnType<typeof countingGround>>;
