import { type EventEnvelope, type IssuePayload } from '#libs/contracts';
import { compareInstants, type Instant } from '#libs/core';

/** One issue as a comparison sees it: whose it is, and from when to when. Instants. */
export interface Span {
  readonly issueId: string;
  readonly clusterId: string;
  readonly subject: string;
  readonly openedAt: string;
  /** Absent while it is open. */
  readonly closedAt?: string;
  /** It did not end by itself: its cluster was removed. */
  readonly removed?: boolean;
}

/** The issues that events tell of, in the order in which they were opened. */
export class Spans {
  private readonly byId = new Map<string, Span>();

  take({ name, payload }: Pick<EventEnvelope, 'name' | 'payload'>): void {
    const { issueId, clusterId, subject, openedAt, ...end } = payload as IssuePayload & {
      closedAt?: string;
      reason?: string;
    };
    if (this.byId.get(issueId)?.closedAt !== undefined) return;
    const span = { issueId, clusterId, subject, openedAt };
    if (name !== 'IssueClosed') return void this.byId.set(issueId, span);
    const closedAt = end.closedAt ?? end.occurredAt;
    this.byId.set(issueId, { ...span, closedAt, ...(end.reason === 'subject removed' ? { removed: true } : {}) });
  }

  /** Those that were open at some time from `from` to `to`. */
  within(from: string, to: string): readonly Span[] {
    const all = [...this.byId.values()];
    return all.filter(
      ({ openedAt, closedAt }) => !isAfter(openedAt, to) && (closedAt === undefined || !isAfter(from, closedAt)),
    );
  }
}

export function isAfter(a: Instant, b: Instant): boolean {
  return compareInstants(a, b) > 0;
}
