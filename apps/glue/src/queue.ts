import { ClassicLevel } from 'classic-level';
import { type Operation } from './operation.js';

/** An operation in the queue. `number` counts up and is never given twice. */
export interface Entry {
  readonly number: number;
  readonly operation: Operation;
}

/** One that was refused for good, with what the server said. */
export interface RefusedEntry extends Entry {
  readonly reason: string;
}

const DIGITS = 16;
/** `0` is the character after `/`. */
const range = (prefix: string) => ({ gte: `${prefix}/`, lt: `${prefix}0` });
const keyOf = (prefix: string, number: number): string => `${prefix}/${String(number).padStart(DIGITS, '0')}`;
const numberOf = (key: string): number => Number(key.slice(-DIGITS));

/** Every write is on the disk before it is answered: a queue is there for the case that all else fails. */
const ON_DISK = { sync: true };

/**
 * The queue on disk: operations in their order, marks (how far a monitoring system was read), and what was refused, in one
 * LevelDB folder. The folder belongs to one process at a time; another one's `open` fails.
 */
export class Queue {
  readonly #db: ClassicLevel<string, string>;
  #next: number;

  private constructor(db: ClassicLevel<string, string>, next: number) {
    this.#db = db;
    this.#next = next;
  }

  /** @param folder is made where there is none @throws Error when another process has it, or it cannot be read */
  static async open(folder: string): Promise<Queue> {
    const db = new ClassicLevel<string, string>(folder);
    await db.open();
    const [last] = await db.keys({ ...range('queue'), reverse: true, limit: 1 }).all();
    const [lastRefused] = await db.keys({ ...range('refused'), reverse: true, limit: 1 }).all();
    return new Queue(db, Math.max(last ? numberOf(last) : 0, lastRefused ? numberOf(lastRefused) : 0) + 1);
  }

  /** The number that was given last; 0 before the first. */
  get lastNumber(): number {
    return this.#next - 1;
  }

  /** Puts operations at the end and sets marks, all or nothing. */
  async append(operations: readonly Operation[], marks: Readonly<Record<string, string>> = {}): Promise<Entry[]> {
    const entries = operations.map((operation) => ({ number: this.#next++, operation }));
    const puts = [
      ...entries.map(({ number, operation }) => [keyOf('queue', number), JSON.stringify(operation)] as const),
      ...Object.entries(marks).map(([name, value]) => [`mark/${name}`, value] as const),
    ];
    await this.#db.batch(
      puts.map(([key, value]) => ({ type: 'put', key, value })),
      ON_DISK,
    );
    return entries;
  }

  /** The first entries after a number, in order. */
  async read(after: number, limit: number): Promise<Entry[]> {
    const found = await this.#db.iterator({ gt: keyOf('queue', after), lt: range('queue').lt, limit }).all();
    return found.map(([key, value]) => ({ number: numberOf(key), operation: JSON.parse(value) as Operation }));
  }

  /** Takes out what is done. */
  async remove(number: number): Promise<void> {
    await this.#db.del(keyOf('queue', number), ON_DISK);
  }

  /** Puts an entry aside. */
  async refuse({ number, operation }: Entry, reason: string): Promise<void> {
    await this.#db.batch(
      [
        { type: 'del', key: keyOf('queue', number) },
        { type: 'put', key: keyOf('refused', number), value: JSON.stringify({ operation, reason }) },
      ],
      ON_DISK,
    );
  }

  async refused(): Promise<RefusedEntry[]> {
    const found = await this.#db.iterator(range('refused')).all();
    return found.map(([key, value]) => ({
      number: numberOf(key),
      ...(JSON.parse(value) as Omit<RefusedEntry, 'number'>),
    }));
  }

  mark(name: string): Promise<string | undefined> {
    return this.#db.get(`mark/${name}`);
  }

  async count(): Promise<number> {
    return (await this.#db.keys(range('queue')).all()).length;
  }

  async close(): Promise<void> {
    await this.#db.close();
  }
}
