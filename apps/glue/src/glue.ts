import { Agenda } from './agenda.js';
import { type Backoff, DEFAULT_BACKOFF } from './backoff.js';
import { ArgusClient, type ArgusClientOptions } from './client.js';
import { ArgusError, verdictOf } from './errors.js';
import { type Operation } from './operation.js';
import { type Effect, perform } from './perform.js';
import { type Entry, Queue, type RefusedEntry } from './queue.js';
import { changesOf, incidentOf, type Report, type ReportChanges, type Time, timeOf } from './report.js';

/** Where to send to, where to keep the queue, and who is told. */
export interface GlueOptions extends ArgusClientOptions {
  /** Folder of the queue. One process at a time. */
  readonly folder: string;
  readonly backoff?: Backoff;
  /** Milliseconds between heartbeats; 0: none. */
  readonly heartbeatMs?: number;
  /** Something did not go well and is tried again at `retryAt` (milliseconds since 1970). */
  readonly onTrouble?: (error: unknown, retryAt: number) => void;
  /** The server refused an operation for good; it is kept aside (`refused()`). */
  readonly onRefused?: (entry: RefusedEntry) => void;
  readonly onDone?: (operation: Operation, effect: Effect) => void;
  /** From 0 to 1. */
  readonly chance?: () => number;
}

const IN_MEMORY = 1000;
const HEARTBEAT_MS = 60_000;
const DRAIN_MS = 5000;

/**
 * Sends what a monitoring system says to an Argus API. What a call has answered lies on the disk, and is sent when the
 * server can be reached, in order for each id, once in effect.
 */
export class Glue {
  readonly #client: ArgusClient;
  readonly #agenda: Agenda;
  /** Entries up to this number were there before this process: an earlier one may have sent the first of them. */
  readonly #inherited: number;
  readonly #tried = new Set<number>();
  #left: number;
  #loop: Promise<void> | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #stopping = false;
  #wake = (): void => undefined;
  #idle: (() => void)[] = [];

  private constructor(
    private readonly options: GlueOptions,
    private readonly queue: Queue,
    left: number,
    last: number,
  ) {
    this.#client = new ArgusClient(options);
    this.#agenda = new Agenda(options.backoff ?? DEFAULT_BACKOFF);
    this.#inherited = last;
    this.#left = left;
  }

  /** Opens the queue; nothing is sent before `start`. @throws Error when another process has the folder */
  static async open(options: GlueOptions): Promise<Glue> {
    const queue = await Queue.open(options.folder);
    return new Glue(options, queue, await queue.count(), queue.lastNumber);
  }

  /** Begins to send, and to say that this source is alive. */
  start(): void {
    this.#loop ??= this.#run();
    const everyMs = this.options.heartbeatMs ?? HEARTBEAT_MS;
    if (everyMs > 0 && !this.#heartbeat) this.#beat(everyMs);
  }

  /** A problem has begun. */
  report(report: Report): Promise<void> {
    return this.record([{ kind: 'open', incident: incidentOf(report) }]);
  }

  /** It is over. */
  resolve(id: string, time: Time, description = ''): Promise<void> {
    return this.record([{ kind: 'close', id, time: timeOf(time), description }]);
  }

  /** Something is to be known about it. */
  note(id: string, time: Time, description: string): Promise<void> {
    return this.record([{ kind: 'note', id, time: timeOf(time), description }]);
  }

  change(id: string, changes: ReportChanges): Promise<void> {
    return this.record([{ kind: 'change', id, changes: changesOf(changes) }]);
  }

  /** These and no others are open now: what is missing at the server is opened, what is more there is closed. */
  synchronise(open: readonly Report[], at: Time): Promise<void> {
    return this.record([{ kind: 'snapshot', snapshot: { at: timeOf(at), open: open.map(incidentOf) } }]);
  }

  /**
   * Takes operations into the queue, and with them how far the monitoring system was read: all or nothing. Answers when it
   * is on the disk.
   */
  async record(operations: readonly Operation[], marks: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.#stopping) throw new Error('the glue has stopped');
    this.#left += operations.length;
    try {
      await this.queue.append(operations, marks);
    } catch (error) {
      this.#left -= operations.length;
      throw error;
    }
    this.#wake();
  }

  /** How far the monitoring system was read, as `record` was told last. */
  mark(name: string): Promise<string | undefined> {
    return this.queue.mark(name);
  }

  /** Operations that are not done yet. */
  get left(): number {
    return this.#left;
  }

  refused(): Promise<RefusedEntry[]> {
    return this.queue.refused();
  }

  /** Resolves when nothing is left. */
  whenIdle(): Promise<void> {
    return this.#left === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Goes on for at most `drainMs`, then lets go. What is left is sent after the next start. @returns how many that are */
  async stop({ drainMs = DRAIN_MS }: { readonly drainMs?: number } = {}): Promise<number> {
    clearInterval(this.#heartbeat);
    if (this.#loop && drainMs > 0) await within(this.whenIdle(), drainMs);
    this.#stopping = true;
    this.#wake();
    await this.#loop;
    await this.queue.close();
    return this.#left;
  }

  async #run(): Promise<void> {
    let read = 0;
    while (!this.#stopping) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      if (this.#agenda.size < IN_MEMORY / 2) {
        const entries = await this.queue.read(read, IN_MEMORY - this.#agenda.size);
        this.#agenda.add(entries);
        read = entries.at(-1)?.number ?? read;
      }
      const next = this.#agenda.next(Date.now());
      if ('entry' in next) await this.#send(next.entry);
      else await within(woken, next.at - Date.now());
    }
  }

  async #send(entry: Entry): Promise<void> {
    const { number, operation } = entry;
    const tried = number <= this.#inherited || this.#tried.has(number);
    this.#tried.add(number);
    try {
      const effect = await perform(this.#client, operation, tried);
      await this.queue.remove(number);
      this.#finish(entry);
      this.options.onDone?.(operation, effect);
    } catch (error) {
      await this.#failed(entry, error);
    }
  }

  async #failed(entry: Entry, error: unknown): Promise<void> {
    const verdict = verdictOf(error);
    if (verdict === 'refuse') {
      const reason = error instanceof Error ? error.message : String(error);
      await this.queue.refuse(entry, reason);
      this.#finish(entry);
      return this.options.onRefused?.({ ...entry, reason });
    }
    const retryAfter = error instanceof ArgusError ? error.retryAfterMs : undefined;
    const [now, chance] = [Date.now(), (this.options.chance ?? Math.random)()];
    const retryAt =
      verdict === 'wait'
        ? this.#agenda.serverFailed(now, chance, retryAfter)
        : this.#agenda.entryFailed(entry, now, chance, retryAfter);
    this.options.onTrouble?.(error, retryAt);
  }

  #finish(entry: Entry): void {
    this.#agenda.finished(entry);
    this.#tried.delete(entry.number);
    this.#left -= 1;
    if (this.#left > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #beat(everyMs: number): void {
    const beat = (): void => {
      this.#client.heartbeat().then(
        (taken) => {
          if (!taken) clearInterval(this.#heartbeat);
        },
        (error: unknown) => this.options.onTrouble?.(error, Date.now() + everyMs),
      );
    };
    this.#heartbeat = setInterval(beat, everyMs);
    this.#heartbeat.unref();
    beat();
  }
}

/** Waits for something, but not longer than so many milliseconds. */
async function within(event: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    if (milliseconds < 2 ** 31) timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([event, late]);
  clearTimeout(timer);
}
