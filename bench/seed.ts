import {
  type EventEnvelope,
  headersOf,
  IncidentClosed,
  IncidentNoted,
  IncidentOpened,
  keyOf,
  makeEvent,
} from '#libs/contracts';
import { derivedId, instantOfMillis } from '#libs/core';
import { KafkaConnection, KafkaPublisher, type OutgoingRecord } from '#libs/event-stream';
import { type SourceIdentity } from './service.js';

/** Incidents to lay on the log. */
export interface Seed {
  readonly incidents: number;
  /** So many of them, spread over all, stay open. */
  readonly open: number;
  /** Of each: opened, notes, closed. */
  readonly eventsEach: number;
}

/** Ids of the source are numbers from 1. */
const START = Date.UTC(2026, 0, 1);
const BETWEEN_MS = 5_000;
const LASTS_MS = 600_000;
/** Events handed over at once: what waits for the log is bounded. */
const AT_ONCE = 4_000;

/** Events of incidents as the service writes them, on the log: from there the service itself makes its read model. */
export async function seedLog(
  brokers: readonly string[],
  topic: string,
  source: SourceIdentity,
  seed: Seed,
): Promise<number> {
  const publisher = new KafkaPublisher(new KafkaConnection({ brokers: [...brokers], clientId: 'bench' }));
  let count = 0;
  try {
    const step = Math.ceil(AT_ONCE / seed.eventsEach);
    for (let from = 0; from < seed.incidents; from += step) {
      const numbers = Array.from({ length: Math.min(step, seed.incidents - from) }, (_, at) => from + at);
      const events = numbers.flatMap((number) => eventsOf(number, source, seed));
      count += events.length;
      await publisher.publish(events.map((event) => recordOf(topic, event)));
    }
    return count;
  } finally {
    await publisher.close();
  }
}

/** A moment of the history: 0 is before the first incident, 1 when the last one opens. */
export function momentOf({ incidents }: Seed, share: number): string {
  return instantOfMillis(START + Math.floor(share * incidents) * BETWEEN_MS);
}

function eventsOf(number: number, source: SourceIdentity, { incidents, open, eventsEach }: Seed): EventEnvelope[] {
  const staysOpen = open > 0 && number % Math.ceil(incidents / open) === 0;
  const start = START + number * BETWEEN_MS;
  const ids = { incidentId: derivedId('bench', number), pk: number + 1 };
  const by = { userPk: source.userPk, username: source.name, kind: 'source' } as const;
  const common = (sequence: number) => ({ ...ids, sequence, eventPk: number * eventsEach + sequence, by });
  const at = (sequence: number) => instantOfMillis(start + Math.floor(((sequence - 1) * LASTS_MS) / eventsEach));
  const origin = (sequence: number) => ({
    id: derivedId('bench', number, sequence),
    time: at(sequence),
    recordedAt: at(sequence),
    source: 'incidents',
    organizationId: source.organizationId,
    projectId: source.projectId,
  });
  const opened = makeEvent(
    IncidentOpened,
    { ...common(1), ...wordsOf(number), startTime: at(1), endTime: null, source: sourceOf(source) },
    origin(1),
  );
  const notes = Array.from({ length: Math.max(0, eventsEach - 2) }, (_, index) => {
    const sequence = index + 2;
    const said = { type: 'OTH' as const, timestamp: at(sequence), description: `sw${number % 5000} still down` };
    return makeEvent(IncidentNoted, { ...common(sequence), ...said }, origin(sequence));
  });
  if (staysOpen || eventsEach === 1) return [opened, ...notes];
  const end = { type: 'END' as const, timestamp: at(eventsEach), endTime: at(eventsEach), description: 'up again' };
  return [
    opened,
    ...notes,
    makeEvent(IncidentClosed, { ...common(eventsEach), ...end, reason: 'closed' }, origin(eventsEach)),
  ];
}

function wordsOf(number: number) {
  return {
    origin: 'api',
    stateful: true,
    level: 1 + (number % 5),
    description: `sw${number % 5000}.example.org does not answer`,
    tags: [`host=sw${number % 5000}`, `location=eu-${number % 7}`, 'event_type=boxState', 'organization=net'],
    sourceIncidentId: String(number),
    detailsUrl: `https://nav.example.org/e/${number}`,
    ticketUrl: '',
    metadata: {},
  };
}

function sourceOf({ sourceId, sourcePk, name, type }: SourceIdentity) {
  return { id: sourceId, pk: sourcePk, name, type };
}

function recordOf(topic: string, event: EventEnvelope): OutgoingRecord {
  return { topic, key: keyOf(event), value: JSON.stringify(event), headers: headersOf(event) };
}
