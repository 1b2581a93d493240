import { setTimeout as pause } from 'node:timers/promises';
import { decodeRecord, type DefaultTenant, type EventEnvelope, type TopicNames } from '#libs/contracts';
import { type EventLog, type StreamRecord } from '#libs/event-stream';
import { type Control } from '../control/control.js';
import { compare, type Comparison } from './compare.js';
import { isAfter, Spans } from './spans.js';
import { BacktestTrial, type Tried } from './trial.js';

/** Instants. The issues that were open at some time from `from` to `to` are compared. */
export interface Asked extends Tried {
  readonly organizationId: string;
  readonly from: string;
  readonly to: string;
  /** Absent: all clusters. */
  readonly clusters?: ReadonlySet<string> | undefined;
}

export interface Around {
  readonly log: Pick<EventLog, 'read' | 'topic'>;
  readonly topics: TopicNames;
  readonly tenant: DefaultTenant;
  readonly control: Control;
  readonly signal: AbortSignal;
}

/** How far it has come, in records. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

const ISSUES: ReadonlySet<string> = new Set(['IssueOpened', 'IssueClosed']);
/** After so many records others have their turn, for so many milliseconds: live detection comes first. */
const SLICE = 200;
const REST_MS = 4;

/**
 * Decides the recorded telemetry again, from its oldest record on (windows reach back), and compares what is said with the
 * issues on record. Nothing is written. Tells its progress about every `SLICE` records; answers undefined when it was
 * cancelled.
 */
export async function* backtest(asked: Asked, around: Around): AsyncGenerator<Progress, Comparison | undefined> {
  const { detector, from, to } = asked;
  const trial = new BacktestTrial(asked, around.control);
  const [tried, recorded] = [new Spans(), new Spans()];
  const take = (spans: Spans, events: readonly EventEnvelope[]): void => {
    for (const event of events) {
      if (!isAfter((event.payload as { occurredAt: string }).occurredAt, to)) spans.take(event);
    }
  };
  const samples = yield* replay(around.topics.telemetry, detector.reads, asked, around, (event, record) => {
    const { topic, partition, offset, timestamp } = record;
    if (isAfter((event.payload as { at: string }).at, to)) return;
    take(tried, trial.take({ event, place: { topic, partition, offset }, timestamp }));
  });
  const issues = yield* replay(around.topics.events, ISSUES, asked, around, (event) => {
    if ((event.payload as { detector: string }).detector === detector.name) take(recorded, [event]);
  });
  if (!samples || !issues) return undefined;
  return compare(recorded.within(from, to), tried.within(from, to));
}

/** Every event of these names and of the clusters that are asked about. False when it was cancelled. */
async function* replay(
  topic: string,
  names: ReadonlySet<string>,
  { organizationId, clusters }: Asked,
  { log, tenant, signal }: Around,
  take: (event: EventEnvelope, record: StreamRecord) => void,
): AsyncGenerator<Progress, boolean> {
  const state = await log.topic(topic);
  if (!state) return true;
  const until = new Map(state.partitions.map(({ partition, high }) => [partition, high]));
  const total = state.partitions.reduce((sum, { low, high }) => sum + high - low, 0);
  let done = 0;
  for await (const records of log.read({ topic, until, signal })) {
    for (const record of records) {
      if (++done % SLICE === 0) {
        yield { done, total };
        await pause(REST_MS);
      }
      if (signal.aborted) return false;
      const decoded = decodeRecord(record, tenant);
      if (decoded.kind !== 'event' || !names.has(decoded.event.name)) continue;
      const { metadata, payload } = decoded.event;
      const { clusterId } = payload as { clusterId: string };
      if (metadata.organizationId.toLowerCase() !== organizationId.toLowerCase()) continue;
      if (!clusters || clusters.has(clusterId)) take(decoded.event, record);
    }
  }
  yield { done, total };
  return !signal.aborted;
}
