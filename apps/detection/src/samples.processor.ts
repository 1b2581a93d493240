import { type EventEnvelope, type TopicNames } from '#libs/contracts';
import { type Clock, millisOf } from '#libs/core';
import { type AfterCommit, type ProcessorDefinition, type Received, type UnitOfWork } from '#libs/runtime';
import { emptyCell, cellKey, type Cell, type CellName } from './cell/cell.js';
import { CellCache } from './cell/cell-cache.js';
import { cellOf, decideSample, type Rules } from './cell/decide-sample.js';
import { decideRemoval, decideSilence, dueAt } from './cell/decide-time.js';
import { type Outcome } from './cell/intake.js';
import { type Control, ControlReader } from './control/control.js';
import { type ClusterTurn, unbroken } from './control/cluster-life.js';
import { type AnyDetector } from './detector.js';
import { severityOf } from './rules.js';
import { healthReporting } from './issues/silence.js';
import { type ChangedCell, loadCells, loadDue, nextDue, saveCells, type StoredCell } from './sql/cells.js';

/** Most cells that one sweep looks at; the next one goes on. */
const SWEEP = 500;

export interface SamplesProcessorOptions {
  readonly topics: TopicNames;
  readonly clock: Clock;
  readonly detectors: readonly AnyDetector[];
  /** Counts what became of samples, and what was said of issues. */
  readonly counted: (what: Counts) => void;
}

export interface Counts {
  readonly outcomes: ReadonlyMap<Outcome, number>;
  readonly events: readonly EventEnvelope[];
}

/** Turns samples into issues. It is the one processor that writes the dead letters of the telemetry topic. */
export function samplesProcessor(options: SamplesProcessorOptions): ProcessorDefinition {
  const processor = new SamplesProcessor(options);
  return {
    name: 'detection.samples',
    topic: options.topics.telemetry,
    handles: new Set(options.detectors.flatMap(({ reads }) => [...reads])),
    writesUndecodable: true,
    apply: (batch, unit) => processor.apply(batch, unit),
    sweep: (partition, watermark, unit) => processor.sweep(partition, watermark, unit),
  };
}

class SamplesProcessor {
  private readonly cache = new CellCache();
  private readonly control = new ControlReader();

  constructor(private readonly options: SamplesProcessorOptions) {}

  async apply(batch: readonly Received[], unit: UnitOfWork): Promise<AfterCommit> {
    const control = await this.control.read(unit.tx);
    const names = batch.map(({ event }) => cellOf(event));
    const work = new Work(await this.load(names, unit), control, this.options);
    batch.forEach((received, index) => work.sample(received, names[index]!));
    return this.conclude(work, unit);
  }

  async sweep(partition: number, watermark: number, unit: UnitOfWork): Promise<number> {
    const due = await loadDue(unit.tx, partition, watermark, SWEEP);
    if (due.size > 0) {
      const work = new Work(due, await this.control.read(unit.tx), this.options);
      for (const { name } of due.values()) work.time(name, partition, watermark);
      await this.conclude(work, unit);
      // Nobody tells whether a sweep was committed: what it wrote is read again.
      for (const key of due.keys()) this.cache.forget(key);
      this.options.counted(work);
    }
    return nextDue(unit.tx, partition);
  }

  private async load(names: readonly CellName[], { tx }: UnitOfWork): Promise<Map<string, StoredCell>> {
    const known = new Map<string, StoredCell>();
    const missing = new Map<string, CellName>();
    for (const name of names) {
      const key = cellKey(name);
      const cached = this.cache.get(key);
      if (cached) known.set(key, cached);
      else missing.set(key, name);
    }
    for (const [key, stored] of await loadCells(tx, [...missing.values()])) known.set(key, stored);
    return known;
  }

  private async conclude(work: Work, unit: UnitOfWork): Promise<AfterCommit> {
    const changed = work.changed();
    const sizes = await saveCells(unit.tx, changed).catch((error: unknown) => {
      for (const { name } of changed) this.cache.forget(cellKey(name));
      throw error;
    });
    for (const event of work.events) unit.emit(event);
    return () => {
      changed.forEach(({ name, version, cell }, index) =>
        this.cache.put(cellKey(name), { name, version: version + 1, cell }, sizes[index]),
      );
      this.options.counted({ outcomes: work.outcomes, events: work.events });
    };
  }
}

/** The cells of a batch while it is decided. */
class Work {
  readonly events: EventEnvelope[] = [];
  readonly outcomes = new Map<Outcome, number>();
  private readonly done = new Map<string, ChangedCell>();
  private readonly rules: Rules;

  constructor(
    private readonly known: ReadonlyMap<string, StoredCell>,
    private readonly control: Control,
    private readonly options: SamplesProcessorOptions,
  ) {
    const { settings } = control;
    this.rules = { detectors: options.detectors, settingsOf: settings.settingsOf.bind(settings) };
  }

  changed(): readonly ChangedCell[] {
    return [...this.done.values()];
  }

  sample({ event, position, timestamp }: Received, name: CellName): void {
    const { clock } = this.options;
    const { settings } = this.control;
    const life = this.control.lifeOf(name);
    let before = this.cellOf(name);
    if (life !== unbroken) {
      const at = millisOf((event.payload as { at: string }).at);
      before = this.removedBy(life.removals(before.removed, at), name, position.partition);
      if (life.isOver(at)) return this.count('removed');
    }
    const record = { event, place: position, timestamp: timestamp > 0 ? timestamp : clock.millis() };
    const { cell, events, outcome } = decideSample(before, name, record, this.rules, clock.now());
    this.count(outcome);
    if (cell === before) return;
    // What was said before a removal that is known already is closed once all of that is read.
    const awaited = life.removals(cell.removed, Infinity).length > 0;
    const due = awaited ? record.timestamp : dueAt(cell, name, settings.settingsOf(healthReporting, name, position));
    this.put(name, cell, position.partition, due);
    if (events.length > 0) this.events.push(...events);
  }

  /** What time alone brings, at `watermark` (milliseconds of the log). */
  time(name: CellName, partition: number, watermark: number): void {
    const { clock, topics } = this.options;
    const settings = this.control.settings.settingsOf(healthReporting, name, { partition, offset: Infinity });
    const pending = this.control.lifeOf(name).removals(this.cellOf(name).removed, Infinity);
    const before = this.removedBy(pending, name, partition);
    const told = decideSilence(before, name, { watermark, topic: topics.telemetry, settings }, clock.now());
    this.put(name, told.cell, partition, dueAt(told.cell, name, settings));
    this.events.push(...told.events);
  }

  /** The cell after removals of its cluster that it does not know of. */
  private removedBy(removals: readonly ClusterTurn[], name: CellName, partition: number): Cell {
    for (const removal of removals) {
      const told = decideRemoval(this.cellOf(name), name, removal, severityOf, this.options.clock.now());
      this.put(name, told.cell, partition, undefined);
      this.events.push(...told.events);
    }
    return this.cellOf(name);
  }

  private cellOf(name: CellName): Cell {
    const key = cellKey(name);
    return this.done.get(key)?.cell ?? this.known.get(key)?.cell ?? emptyCell;
  }

  private put(name: CellName, cell: Cell, logPartition: number, due: number | undefined): void {
    const key = cellKey(name);
    const version = this.known.get(key)?.version ?? 0;
    this.done.set(key, { name, version, cell, logPartition, dueAt: due });
  }

  private count(outcome: Outcome): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
  }
}
