import { type EventEnvelope, type Severity } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { type ClusterTurn } from '../control/cluster-life.js';
import { type Settings } from '../detector.js';
import { type Chain, IssueBook } from '../issues/issue-book.js';
import { detectorIn, slotOf, subjectIn } from '../issues/open-issue.js';
import { healthReporting, silenceFinding, silentFrom, subjectOf } from '../issues/silence.js';
import { type Cell, type CellName } from './cell.js';

/** A record may come so much later than its time stamp says: a silence is told after it. */
const GRACE_MS = 10_000;
/** Times are rounded up to this, so that a sample seldom moves the one of its cell. */
const COARSE_MS = 60_000;

/** When time alone has something to say of a cell, in milliseconds of the log; undefined for never. */
export function dueAt(cell: Cell, { clusterId, nodeId }: CellName, settings: Settings): number | undefined {
  let due: number | undefined;
  for (const kind in cell.heard) {
    const { subject } = subjectOf(kind, clusterId, nodeId);
    const silent = silentFrom(cell.heard[kind]!, settings);
    if (silent === undefined || cell.issues[slotOf(healthReporting.name, subject)] !== undefined) continue;
    due = Math.min(due ?? Infinity, silent + GRACE_MS);
  }
  return due === undefined ? undefined : Math.ceil(due / COARSE_MS) * COARSE_MS;
}

export interface Told {
  readonly cell: Cell;
  readonly events: readonly EventEnvelope[];
}

/** Who is silent at `watermark` (milliseconds of the log): an issue for each kind of samples that stays away. */
export function decideSilence(
  cell: Cell,
  name: CellName,
  { watermark, topic, settings }: { watermark: number; topic: string; settings: Settings },
  recordedAt: Instant,
): Told {
  const issues = new IssueBook(cell.issues, name.clusterId, recordedAt);
  for (const [kind, heard] of Object.entries(cell.heard)) {
    const silent = silentFrom(heard, settings);
    const { subject } = subjectOf(kind, name.clusterId, name.nodeId);
    if (silent === undefined || silent + GRACE_MS > watermark || issues.has(healthReporting.name, subject)) continue;
    const { partition, offset, projectId, timestamp } = heard;
    const finding = silenceFinding('opened', kind, name, { last: timestamp, settings });
    const chain = { organizationId: name.organizationId, projectId };
    issues.take(healthReporting, finding, { now: silent, place: { topic, partition, offset }, chain });
  }
  return { cell: issues.events.length === 0 ? cell : { ...cell, issues: issues.open }, events: issues.events };
}

/** The cluster was removed: its issues close, its rules begin afresh. Ids come from the event that said so. */
export function decideRemoval(
  cell: Cell,
  { organizationId, clusterId }: CellName,
  { at, eventId }: ClusterTurn,
  severityOf: (detector: string) => Severity,
  recordedAt: Instant,
): Told {
  const issues = new IssueBook(cell.issues, clusterId, recordedAt);
  for (const [slot, open] of Object.entries(cell.issues)) {
    const name = detectorIn(slot);
    const now = Math.max(at, open.openedAt);
    const finding = {
      kind: 'closed' as const,
      subject: subjectIn(slot),
      title: `Cluster ${clusterId} was removed`,
      message: `Cluster ${clusterId} was removed by its owner; what was wrong with it is no issue any more.`,
      observed: {},
      threshold: {},
      window: { start: now, samples: 0, missing: 0 },
      reason: 'subject removed',
    };
    const chain: Chain = { organizationId, projectId: open.projectId, causationId: eventId };
    issues.take({ name, version: open.ruleVersion, severity: severityOf(name) }, finding, {
      now,
      chain,
      id: eventId,
    });
  }
  return { cell: { ...cell, heard: {}, rules: {}, issues: issues.open, removed: at }, events: issues.events };
}
