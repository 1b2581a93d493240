import { type Actor, type EventEnvelope, type IssueClosed, type IssueOpened, type PayloadOf } from '#libs/contracts';
import { derivedId, type Instant, instantOfMillis, microsOf } from '#libs/core';
import { type SourceRow } from '#libs/runtime';
import { type AlertSender } from '../sources/registry.js';
import { printable, printableText } from './printable.js';

type Said = PayloadOf<typeof IssueOpened> & Partial<Pick<PayloadOf<typeof IssueClosed>, 'closedAt' | 'reason'>>;

/** What one event says of an issue, whoever sent it. Every event says all of it. */
export interface Issue extends Pick<Said, 'openedAt' | 'occurredAt' | 'sequence' | 'observed' | 'threshold'> {
  readonly organizationId: string;
  readonly issueId: string;
  readonly issueKey: string;
  readonly detector: string;
  readonly clusterId: string;
  /** Absent where it concerns the cluster, or several nodes. */
  readonly nodeId?: string | undefined;
  readonly subject: string;
  readonly severity: string;
  readonly title: string;
  readonly message: string;
  readonly evidence: unknown;
  /** Set when it is over. */
  readonly end?: { readonly at: Instant; readonly reason: string } | undefined;
  readonly source: { readonly id: string; readonly pk: number; readonly name: string; readonly type: string };
  readonly by: Actor;
  readonly cause: { readonly eventId: string; readonly correlationId: string; readonly projectId: string };
}

/** Reads an issue event. `from` is the source system that sent it. */
export function issueOf(event: EventEnvelope, from: SourceRow): Issue {
  const payload = printable(event.payload) as Said;
  const { issueId, issueKey, detector, clusterId, subject, severity, sequence, title, message } = payload;
  const { observed, threshold, evidence, openedAt, occurredAt, closedAt, reason = 'solved' } = payload;
  const { id, correlationId, projectId, organizationId } = event.metadata;
  return {
    organizationId: organizationId.toLowerCase(),
    ...{ issueId, issueKey, detector, clusterId, subject, severity, sequence, title, message },
    ...{ observed, threshold, evidence, openedAt, occurredAt },
    nodeId: nodeOf(payload),
    end: event.name === 'IssueClosed' ? { at: closedAt ?? occurredAt, reason } : undefined,
    source: { id: from.id, pk: from.pk, name: from.name, type: from.type },
    by: { userPk: from.userPk, username: from.username, kind: 'source' },
    cause: {
      eventId: printableText(id),
      correlationId: printableText(correlationId),
      projectId: printableText(projectId),
    },
  };
}

/** Whose subject is a node, or begins with one (`<nodeId>:<mount>`): reference integrations-and-sinks 2.3b. */
const OF_NODES: ReadonlySet<string> = new Set(['core-load', 'memory-usage', 'unreachable-node', 'health-reporting']);
const OF_MOUNTS: ReadonlySet<string> = new Set(['disk-usage']);
/** Where issues of a cluster name the nodes that are at fault. */
const NAMED_IN = ['failed', 'followers'];

/** The one node that it concerns: named, or the subject, or the only one that was observed to be at fault. */
function nodeOf({ nodeId, detector, subject, clusterId, observed }: Said): string | undefined {
  if (nodeId !== undefined) return nodeId;
  if (OF_NODES.has(detector)) return subject.startsWith(`${clusterId}:`) ? undefined : subject;
  if (OF_MOUNTS.has(detector)) return /^(.+?):(?=\/|[A-Za-z]:\\)/.exec(subject)?.[1] ?? subject.split(':')[0];
  for (const name of NAMED_IN) {
    const nodes = observed[name];
    if (Array.isArray(nodes) && nodes.length === 1 && typeof nodes[0] === 'string') return nodes[0] || undefined;
  }
  return undefined;
}

/** One issue is one incident. */
export function incidentIdOf({ organizationId, issueId }: Pick<Issue, 'organizationId' | 'issueId'>): string {
  return derivedId('incident-of-issue', organizationId, issueId);
}

/** Detection as the source of its incidents, where a producer names nobody. */
const OWN = { name: 'detection', type: 'tocsin' } as const;

/** Who found the issue, for the registry of sources. */
export function senderOf({ metadata }: EventEnvelope): AlertSender {
  const { organizationId, projectId, sourceId, source, sourceType } = metadata;
  const name = printableText(source);
  return {
    organizationId: organizationId.toLowerCase(),
    projectId,
    tokenId: sourceId,
    name: name === '' || name === 'unknown' ? OWN.name : name,
    type: printableText(sourceType ?? '') || OWN.type,
    at: metadata.recordedAt,
  };
}

/** How far ahead of its record an issue may lie: an hour, as with alerts and samples. */
const AHEAD_MICROS = 3_600_000_000;
/** Longest latest values, bytes of their JSON text: an event with them, and the next, stays below what the log takes. */
const MAX_VALUES = 131_072;

/** Why the event cannot be decided, or undefined. `timestamp` is the record's, in milliseconds. */
export function faultOf({ openedAt, occurredAt, end, observed, threshold, evidence }: Issue, timestamp: number) {
  const said = instantOfMillis(timestamp);
  for (const [field, at] of Object.entries({ openedAt, occurredAt, closedAt: end?.at })) {
    if (at === undefined || microsOf(at) - microsOf(said) <= AHEAD_MICROS) continue;
    return `${field}: ${at} is more than an hour ahead of ${said}`;
  }
  const bytes = Buffer.byteLength(JSON.stringify([observed, threshold, evidence]));
  return bytes > MAX_VALUES ? `observed, threshold, evidence: expected at most ${MAX_VALUES} bytes` : undefined;
}
