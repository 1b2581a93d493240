import { CheckpointOutsideLog } from '../errors.js';
import {
  type BatchHandler,
  type ConsumerOptions,
  EventLog,
  type ReadOptions,
  type Subscription,
  type TopicState,
} from '../event-log.js';
import { type StreamRecord } from '../records.js';
import { type MemoryLog } from './memory-log.js';
import { MemorySubscription } from './memory-subscription.js';

const FETCH_RECORDS = 1_000;

/** The log in memory. Logs over one `MemoryLog` share its topics, and each has its own groups. */
export class MemoryEventLog extends EventLog {
  private readonly groups = new Map<string, MemorySubscription[]>();
  /** Divisions of partitions happen one after the other. */
  private dividing: Promise<void> = Promise.resolve();

  constructor(private readonly log: MemoryLog) {
    super();
  }

  override async consume(options: ConsumerOptions, handler: BatchHandler): Promise<Subscription> {
    const id = `${options.group} ${options.topic}`;
    const leave = (leaving: MemorySubscription): Promise<void> =>
      this.divide(id, options.topic, (members) => members.filter((each) => each !== leaving));
    const member = new MemorySubscription(this.log, options, handler, leave);
    await this.divide(id, options.topic, (members) => [...members, member]);
    return member;
  }

  override async *read(options: ReadOptions): AsyncGenerator<readonly StreamRecord[]> {
    const { topic, until, signal } = options;
    const next = this.positions(options);
    const left = (partition: number): number => (until ? (until.get(partition) ?? 0) : Infinity) - next.get(partition)!;
    const open = (): number[] => [...next.keys()].filter((partition) => left(partition) > 0);
    while (open().length > 0 && !signal?.aborted) {
      for (const partition of open()) {
        const records = this.log.fetch(
          topic,
          partition,
          next.get(partition)!,
          Math.min(FETCH_RECORDS, left(partition)),
        );
        if (records.length === 0) continue;
        next.set(partition, records.at(-1)!.offset + 1);
        yield records;
      }
      await this.more(topic, next, open(), signal);
    }
  }

  override topic(name: string): Promise<TopicState | undefined> {
    return Promise.resolve(this.log.state(name));
  }

  override ping(): Promise<void> {
    return Promise.resolve();
  }

  override async close(): Promise<void> {
    await Promise.all([...this.groups.values()].flat().map((member) => member.stop()));
  }

  private positions({ topic, from }: ReadOptions): Map<number, number> {
    const state = this.log.state(topic);
    if (!state) throw new Error(`there is no topic ${topic}`);
    return new Map(
      state.partitions.map(({ partition, low, high }) => {
        const offset = from?.get(partition) ?? low;
        if (offset < low || offset > high) throw new CheckpointOutsideLog(topic, partition, offset, low, high);
        return [partition, offset];
      }),
    );
  }

  /** Waits until one of the partitions `open` has a record past its position. */
  private async more(
    topic: string,
    next: ReadonlyMap<number, number>,
    open: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const wake = (): void => this.log.changes.notify();
    signal?.addEventListener('abort', wake);
    await this.log.changes.until(() => {
      const partitions = this.log.state(topic)?.partitions;
      const grown = open.some((partition) => (partitions?.[partition]?.high ?? 0) > next.get(partition)!);
      return grown || open.length === 0 || !partitions || signal?.aborted === true;
    });
    signal?.removeEventListener('abort', wake);
  }

  /** Changes who is in a group and divides the partitions anew, one after the other in turn. */
  private divide(
    id: string,
    topic: string,
    change: (members: readonly MemorySubscription[]) => MemorySubscription[],
  ): Promise<void> {
    const division = this.dividing.then(async () => {
      const before = this.groups.get(id) ?? [];
      const members = change(before);
      this.groups.set(id, members);
      await Promise.all(members.map((member) => member.release()));
      const partitions = this.log.state(topic)?.partitions.map(({ partition }) => partition) ?? [];
      members.forEach((member, turn) => member.assign(partitions.filter((_, at) => at % members.length === turn)));
    });
    this.dividing = division.catch(() => undefined);
    return division;
  }
}
