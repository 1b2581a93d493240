import {
  type EventEnvelope,
  IssueClosed,
  IssueObserved,
  IssueOpened,
  joinKey,
  makeEvent,
  type Origin,
  type Severity,
} from '#libs/contracts';
import { derivedId, type Instant, instantOfMillis } from '#libs/core';
import { type Finding } from '../detector.js';
import { type OpenIssue } from './open-issue.js';

/** Name of the service, as the source of what it decides. */
export const SOURCE = 'detection';

/** The record that decided: part of every id, so that the same log gives the same issues. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface Rule {
  readonly name: string;
  readonly version: number;
  readonly severity: Severity;
}

/** What a finding rests on. */
export interface Context {
  readonly rule: Rule;
  readonly clusterId: string;
  /** Time of the evaluation, milliseconds. */
  readonly now: number;
  /** Absent where no sample decided; the ids then come from `id`. */
  readonly place?: Place;
  readonly id?: string;
  readonly chain: Omit<Origin, 'id' | 'time' | 'source' | 'recordedAt'>;
  readonly recordedAt: Instant;
}

export interface Step {
  /** Absent once it is closed. */
  readonly issue?: OpenIssue;
  readonly event: EventEnvelope;
}

/**
 * What a finding does to the issue of its subject: undefined where there is nothing to observe or to close. A rule that
 * opens what is open already (its state began afresh) observes it.
 */
export function nextStep(open: OpenIssue | undefined, finding: Finding, context: Context): Step | undefined {
  if (!open && finding.kind !== 'opened') return undefined;
  const issue = open ? { ...open, sequence: open.sequence + 1 } : opened(finding, context);
  const payload = payloadOf(issue, finding, context);
  const at = instantOfMillis(context.now);
  if (finding.kind === 'closed') {
    const end = { status: 'closed' as const, closedAt: at, reason: finding.reason ?? 'solved' };
    return { event: makeEvent(IssueClosed, { ...payload, ...end }, origin(issue, context, 'closed')) };
  }
  const type = open ? IssueObserved : IssueOpened;
  const kind = open ? 'observed' : 'opened';
  return { issue, event: makeEvent(type, { ...payload, status: 'open' as const }, origin(issue, context, kind)) };
}

function opened({ subject, nodeId }: Finding, context: Context): OpenIssue {
  const { rule, clusterId, chain, now } = context;
  const { organizationId, projectId } = chain;
  const issueKey = joinKey(organizationId, projectId, clusterId, rule.name, subject);
  return {
    issueId: derivedId('issue', rule.name, rule.version, issueKey, ...decidedBy(context)),
    issueKey,
    ruleVersion: rule.version,
    sequence: 1,
    openedAt: now,
    ...(nodeId === undefined ? {} : { nodeId }),
    projectId,
  };
}

function origin(issue: OpenIssue, context: Context, kind: string): Origin {
  const { chain, now, recordedAt } = context;
  const id = derivedId('issue-event', issue.issueId, kind, ...decidedBy(context));
  return { ...chain, projectId: issue.projectId, id, time: instantOfMillis(now), recordedAt, source: SOURCE };
}

function decidedBy({ place, id = '' }: Context): readonly (string | number)[] {
  return place ? [place.topic, place.partition, place.offset] : [id];
}

function payloadOf(issue: OpenIssue, finding: Finding, { rule, clusterId, now, place }: Context) {
  const { issueId, issueKey, ruleVersion, sequence, openedAt, nodeId } = issue;
  const { subject, title, message, observed, threshold, window } = finding;
  const at = instantOfMillis(now);
  return {
    issueId,
    issueKey,
    detector: rule.name,
    ruleVersion,
    clusterId,
    ...(nodeId === undefined ? {} : { nodeId }),
    subject,
    severity: rule.severity,
    sequence,
    title: title.slice(0, 1024),
    message: message.slice(0, 16_384),
    observed,
    threshold,
    openedAt: instantOfMillis(openedAt),
    occurredAt: at,
    evidence: {
      windowStart: instantOfMillis(window.start),
      windowEnd: at,
      samples: window.samples,
      missing: window.missing,
      ...place,
    },
  };
}
