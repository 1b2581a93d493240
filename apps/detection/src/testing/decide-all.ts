import { type EventEnvelope, type EventType, makeEvent, sampleTypes } from '#libs/contracts';
import { millisOf } from '#libs/core';
import { type Cell, cellKey, emptyCell } from '../cell/cell.js';
import { cellOf, decideSample } from '../cell/decide-sample.js';
import { type Outcome } from '../cell/intake.js';
import { type AnyDetector, type Settings } from '../detector.js';
import { healthReporting } from '../issues/silence.js';

/** A sample as it is posted: its kind and fields. */
export type PostedSample = Readonly<Record<string, unknown>> & { readonly kind: string; readonly at: string };

interface Rule {
  readonly settings: Settings;
}

export interface Decisions {
  readonly events: readonly EventEnvelope[];
  readonly outcomes: readonly Outcome[];
}

/**
 * For specs: the rules over samples in the order given, the n-th being the n-th record of its partition, written when it was
 * taken. Silence is minded where told to.
 */
export function decideAll(
  samples: readonly PostedSample[],
  detectors: readonly AnyDetector[],
  { settings = {}, silence = false }: { settings?: Settings; silence?: boolean } = {},
): Decisions {
  const cells = new Map<string, Cell>();
  const events: EventEnvelope[] = [];
  const outcomes: Outcome[] = [];
  samples.forEach((sample, index) => {
    const event = eventOf(sample, index);
    const name = cellOf(event);
    const key = cellKey(name);
    const place = { topic: 'telemetry-stream', partition: 0, offset: index };
    const off = silence ? {} : { seconds: 0 };
    const settingsOf = (rule: Rule): Settings => ({ ...rule.settings, ...(rule === healthReporting ? off : settings) });
    const rules = { detectors, settingsOf };
    const record = { event, place, timestamp: millisOf(sample.at) };
    const decided = decideSample(cells.get(key) ?? emptyCell, name, record, rules, sample.at);
    // Now and then as it comes back from where it is stored.
    const stored = index % 7 === 0 ? (JSON.parse(JSON.stringify(decided.cell)) as Cell) : decided.cell;
    cells.set(key, stored);
    events.push(...decided.events);
    outcomes.push(decided.outcome);
  });
  return { events, outcomes };
}

/** The envelope of a posted sample; refused ones are an error of the spec. */
export function eventOf({ kind, ...payload }: PostedSample, offset: number): EventEnvelope {
  const type = (sampleTypes as unknown as readonly EventType[]).find(({ name }) => name === kind);
  if (!type) throw new Error(`no sample is called ${kind}`);
  const id = `00000000-0000-7000-8000-${String(offset).padStart(12, '0')}`;
  const origin = {
    id,
    time: payload.at,
    recordedAt: payload.at,
    source: 'spec',
    organizationId: 'o1',
    projectId: 'p1',
  };
  return makeEvent(type, type.schema.parse(payload), origin);
}

/** What was said of issues: `opened n1 @60` with the seconds since `from`. */
export function said(events: readonly EventEnvelope[], from: number): string[] {
  return events.map(({ name, payload }) => {
    const { subject, occurredAt } = payload as { subject: string; occurredAt: string };
    return `${name.slice('Issue'.length).toLowerCase()} ${subject} @${(millisOf(occurredAt) - from) / 1000}`;
  });
}
