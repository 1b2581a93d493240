import { type EventEnvelope } from '#libs/contracts';
import { type Instant, millisOf } from '#libs/core';
import { type AnyDetector, type Settings } from '../detector.js';
import { type Place } from '../issues/issue.js';
import { type Chain, IssueBook } from '../issues/issue-book.js';
import { healthReporting, silenceFinding, silentFrom, subjectOf } from '../issues/silence.js';
import { type Cell, type CellName } from './cell.js';
import { admit, type Outcome } from './intake.js';

/** A sample with its record. */
export interface SampleRecord {
  readonly event: EventEnvelope;
  readonly place: Place;
  /** The record's time stamp, milliseconds. */
  readonly timestamp: number;
}

/** What deciding needs besides the sample and the state. */
export interface Rules {
  readonly detectors: readonly AnyDetector[];
  /** The settings that are in effect for a record of that place. */
  settingsOf(rule: { name: string; settings: Settings }, cell: CellName, place: Place): Settings;
}

export interface Decided {
  readonly outcome: Outcome;
  /** The same object where nothing changed. */
  readonly cell: Cell;
  readonly events: readonly EventEnvelope[];
}

type Payload = Readonly<Record<string, unknown>> & { readonly at: Instant };

/** Which cell a sample belongs to. */
export function cellOf({ payload, metadata }: EventEnvelope): CellName {
  const { clusterId, nodeId = '' } = payload as { clusterId: string; nodeId?: string };
  const organizationId = metadata.organizationId.toLowerCase();
  return { organizationId, clusterId: clusterId.toWellFormed(), nodeId: nodeId.toWellFormed() };
}

/** Decides one sample: every rule that reads its kind, in the order of the list. Pure. */
export function decideSample(
  cell: Cell,
  name: CellName,
  record: SampleRecord,
  rules: Rules,
  recordedAt: Instant,
): Decided {
  const { event, place, timestamp } = record;
  const kind = event.name;
  const payload = event.payload as Payload;
  const at = millisOf(payload.at);
  const { outcome, intake } = admit(cell.intake[kind], {
    at,
    identity: identityOf(payload),
    isRound: 'roundId' in payload,
    timestamp,
  });
  if (!intake) return { outcome, cell, events: [] };
  const { projectId, correlationId, id } = event.metadata;
  const chain = { organizationId: name.organizationId, projectId, correlationId, causationId: id };
  const issues = new IssueBook(cell.issues, name.clusterId, recordedAt);
  listen(cell, name, { ...record, chain }, rules, issues);
  const states: Record<string, unknown> = {};
  const sample = { kind, payload, at, now: intake.newest };
  for (const detector of readersOf(rules.detectors, kind)) {
    const settings = rules.settingsOf(detector, name, place);
    const key = stateKey(detector);
    const { state, findings } = detector.detect(cell.rules[key], sample, settings);
    states[key] = state;
    for (const finding of findings) issues.take(detector, finding, { now: sample.now, place, chain });
  }
  for (const key of otherKeys(cell, rules.detectors, kind)) states[key] = cell.rules[key];
  const { partition, offset } = place;
  const heard = { count: (cell.heard[kind]?.count ?? 0) + 1, timestamp, partition, offset, projectId };
  return {
    outcome,
    cell: {
      intake: { ...cell.intake, [kind]: intake },
      heard: { ...cell.heard, [kind]: heard },
      rules: states,
      issues: issues.open,
      ...(cell.removed === undefined ? {} : { removed: cell.removed }),
    },
    events: issues.events,
  };
}

/** A version that changed the rule begins with no memory of what the one before kept. */
function stateKey({ name, version }: AnyDetector): string {
  return version === 1 ? name : `${name}/${version}`;
}

/** States of rules that read other kinds of samples. */
function otherKeys({ rules }: Cell, detectors: readonly AnyDetector[], kind: string): readonly string[] {
  const own = readersOf(detectors, kind);
  const names = Object.keys(rules);
  if (names.length <= own.length) return [];
  return names.filter((key) => !own.some(({ name }) => key === name || key.startsWith(`${name}/`)));
}

const readers = new WeakMap<readonly AnyDetector[], Map<string, readonly AnyDetector[]>>();

/** The detectors that read samples of that kind: looked up once, not for each sample. */
function readersOf(detectors: readonly AnyDetector[], kind: string): readonly AnyDetector[] {
  let byKind = readers.get(detectors);
  if (!byKind) readers.set(detectors, (byKind = new Map()));
  let found = byKind.get(kind);
  if (!found) byKind.set(kind, (found = detectors.filter(({ reads }) => reads.has(kind))));
  return found;
}

/** What two samples of one cell differ in besides their time: nothing, of host samples. */
function identityOf({ roundId, namespace, name, labels }: Payload): string {
  if (typeof roundId === 'string') return roundId;
  return name === undefined ? '' : JSON.stringify([namespace, name, labels]);
}

/** A record after a silence ends it, whether or not somebody looked meanwhile; the ids are those that looking gives. */
function listen(
  cell: Cell,
  name: CellName,
  record: SampleRecord & { readonly chain: Chain },
  rules: Rules,
  issues: IssueBook,
): void {
  const { event, timestamp, place, chain } = record;
  const heard = cell.heard[event.name];
  if (!heard) return;
  const { subject } = subjectOf(event.name, name.clusterId, name.nodeId);
  const settings = rules.settingsOf(healthReporting, name, place);
  const silent = silentFrom(heard, settings);
  const told = { last: heard.timestamp, settings };
  const isOpen = issues.has(healthReporting.name, subject);
  const passed = silent !== undefined && timestamp >= silent;
  if (!isOpen && !passed) return;
  if (!isOpen && silent !== undefined) {
    const { partition, offset, projectId } = heard;
    const finding = silenceFinding('opened', event.name, name, told);
    const silence = { organizationId: name.organizationId, projectId };
    issues.take(healthReporting, finding, {
      now: silent,
      place: { topic: place.topic, partition, offset },
      chain: silence,
    });
  }
  issues.take(healthReporting, silenceFinding('closed', event.name, name, told), { now: timestamp, place, chain });
}
