import { randomUUID } from 'node:crypto';
import {
  type EventEnvelope,
  type EventType,
  IssueClosed,
  IssueObserved,
  IssueOpened,
  joinKey,
  makeEvent,
} from '#libs/contracts';
import { millisOf } from '#libs/core';
import { type Received } from '#libs/runtime';
import { minute as at } from './alerts.js';

/** For specs: what is said of an issue beside the defaults. Times are minutes of 2026-11-20T09:00Z. */
export interface SaidOfIssue {
  readonly sequence: number;
  readonly minute?: number;
  readonly payload?: object;
  readonly said?: number;
}

/** For specs: the events of one issue of an organisation of its own, as a processor gets them. */
export function issueWorld(organizationId: string = randomUUID(), issueId: string = randomUUID()) {
  let offset = 0;
  const record = (event: EventEnvelope, said: number): Received => ({
    event,
    position: { topic: 'events-stream', partition: 1, offset: offset++ },
    timestamp: millisOf(at(said)),
    known: true,
  });
  const say = (
    status: 'open' | 'closed',
    { sequence, minute = sequence, payload = {}, said = minute }: SaidOfIssue,
  ) => {
    const type = status === 'closed' ? IssueClosed : sequence === 1 ? IssueOpened : IssueObserved;
    const full = {
      issueId,
      issueKey: joinKey(organizationId, 'p1', 'c1', 'disk-usage', 'n1:/data'),
      detector: 'disk-usage',
      ruleVersion: 1,
      clusterId: 'c1',
      nodeId: 'n1',
      subject: 'n1:/data',
      severity: 'critical',
      status,
      sequence,
      title: 'Disk usage of /data on node n1 is too high',
      message: `${80 + sequence} % of /data is used.`,
      observed: { usedPercent: 80 + sequence },
      threshold: { percent: 80 },
      openedAt: at(1),
      occurredAt: at(minute),
      ...(status === 'closed' ? { closedAt: at(minute), reason: 'solved' } : {}),
      evidence: { windowStart: at(0), windowEnd: at(minute), samples: 4, missing: 0 },
      ...payload,
    };
    const origin = { id: randomUUID(), time: at(minute), recordedAt: at(said), source: 'detection' };
    return record(makeEvent(type as EventType, full, { ...origin, organizationId, projectId: 'p1' }), said);
  };
  return {
    organizationId,
    issueId,
    opened: (own: Partial<SaidOfIssue> = {}) => say('open', { sequence: 1, ...own }),
    observed: (own: SaidOfIssue) => say('open', own),
    closed: (own: SaidOfIssue) => say('closed', own),
  };
}
