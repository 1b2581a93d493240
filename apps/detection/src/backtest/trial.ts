import { type EventEnvelope } from '#libs/contracts';
import { millisOf } from '#libs/core';
import { emptyCell, cellKey, type Cell, type CellName } from '../cell/cell.js';
import { cellOf, decideSample, type SampleRecord } from '../cell/decide-sample.js';
import { decideRemoval } from '../cell/decide-time.js';
import { unbroken } from '../control/cluster-life.js';
import { type Control } from '../control/control.js';
import { type AnyDetector, type Settings } from '../detector.js';
import { healthReporting } from '../issues/silence.js';
import { severityOf } from '../rules.js';

/** What is tried: one detector, with settings in place of those that were in effect. */
export interface Tried {
  readonly detector: AnyDetector;
  readonly settings: Settings;
}

/** Silence is no matter of a detector. */
const SILENT: Settings = { seconds: 0, minSamples: 0 };

/** The rules of production over recorded samples, in memory, said to nobody. Samples of one cluster come in their order. */
export class BacktestTrial {
  private readonly cells = new Map<string, Cell>();

  constructor(
    private readonly tried: Tried,
    private readonly control: Control,
  ) {}

  /** What is said of a sample. */
  take(record: SampleRecord): readonly EventEnvelope[] {
    const name = cellOf(record.event);
    const key = cellKey(name);
    const before = this.cells.get(key) ?? emptyCell;
    const { at, time } = { at: (record.event.payload as { at: string }).at, time: record.event.metadata.recordedAt };
    const life = this.control.lifeOf(name);
    const { cell, events } = life === unbroken ? { cell: before, events: [] } : this.removed(before, name, at, time);
    const over = life.isOver(millisOf(at));
    const decided = over ? { cell, events: [] } : decideSample(cell, name, record, this.rules(), time);
    if (decided.cell !== before) this.cells.set(key, decided.cell);
    return [...events, ...decided.events];
  }

  private removed(before: Cell, name: CellName, at: string, time: string) {
    const events: EventEnvelope[] = [];
    let cell = before;
    for (const removal of this.control.lifeOf(name).removals(before.removed, millisOf(at))) {
      const told = decideRemoval(cell, name, removal, severityOf, time);
      cell = told.cell;
      events.push(...told.events);
    }
    return { cell, events };
  }

  private rules() {
    const { detector, settings } = this.tried;
    const settingsOf: Parameters<typeof decideSample>[3]['settingsOf'] = (rule, cell, place) =>
      rule.name === healthReporting.name
        ? SILENT
        : { ...this.control.settings.settingsOf(rule, cell, place), ...settings };
    return { detectors: [detector], settingsOf };
  }
}
