import { decodeRecord, type DefaultTenant, HEADERS } from '#libs/contracts';
import { type EventLog, type StreamRecord, type TopicState } from '#libs/event-stream';
import { type Received } from '../processor.js';

/** What lies on a topic, up to where it ended when it was asked. It may be read as often as is needed. */
export class History {
  constructor(
    private readonly eventLog: Pick<EventLog, 'read'>,
    readonly topic: TopicState,
    private readonly tenant: DefaultTenant,
  ) {}

  /** The events of these names, the oldest of a partition first; each batch is of one partition. What nobody can read is left out. */
  async *events(names: ReadonlySet<string>): AsyncGenerator<readonly Received[]> {
    for await (const records of this.records(this.whole())) {
      const wanted = records.filter(({ headers }) => {
        const name = headers[HEADERS.name];
        return name === undefined || names.has(name);
      });
      const events = wanted
        .flatMap((record) => this.received(record) ?? [])
        .filter(({ event }) => names.has(event.name));
      if (events.length > 0) yield events;
    }
  }

  /**
   * For whom the oldest record speaks that an installation wrote: of the first ones of each partition, those that name
   * an organisation and have an id. Undefined where there is none.
   */
  async oldestTenant(): Promise<DefaultTenant | undefined> {
    const until = this.topic.partitions.map(
      ({ partition, low, high }) => [partition, Math.min(low + HEAD, high)] as const,
    );
    let oldest: StreamRecord | undefined;
    for await (const records of this.records(new Map(until))) {
      for (const record of records) {
        const isOurs = record.headers[HEADERS.organizationId] && record.headers[HEADERS.id];
        if (isOurs && (!oldest || record.timestamp < oldest.timestamp)) oldest = record;
      }
    }
    const metadata = oldest && this.received(oldest)?.event.metadata;
    if (!oldest) return undefined;
    return { organizationId: oldest.headers[HEADERS.organizationId]!, projectId: metadata?.projectId ?? '' };
  }

  private whole(): ReadonlyMap<number, number> {
    return new Map(this.topic.partitions.map(({ partition, high }) => [partition, high]));
  }

  private async *records(until: ReadonlyMap<number, number>): AsyncGenerator<readonly StreamRecord[]> {
    const filled = this.topic.partitions.filter(({ low, high }) => high > low).map(({ partition }) => partition);
    const wanted = new Map([...until].filter(([partition]) => filled.includes(partition)));
    if (wanted.size === 0) return;
    yield* this.eventLog.read({ topic: this.topic.topic, until: wanted });
  }

  private received(record: StreamRecord): Received | undefined {
    const decoded = decodeRecord(record, this.tenant);
    if (decoded.kind !== 'event') return undefined;
    const { topic, partition, offset, timestamp } = record;
    return { event: decoded.event, position: { topic, partition, offset }, timestamp, known: true };
  }
}

const HEAD = 50;
