import { type Outcome } from '../sink.js';
import { type Attempt, type LaneCommand, type LaneEvent, type LaneRule, type Situation } from './lane.js';
import { type Row } from './verdicts.js';

export const rule: LaneRule = {
  coalescing: 'current-state',
  repeatable: { post: false, update: true },
  updateInterval: 300_000,
  retrySchedule: [1000, 5000, 30_000],
  expiresAfter: 86_400_000,
  doubtfulPosts: 'at-least-once',
};
export const T = 1_000_000_000;
export const receipt = { channel: 'C1', ts: '1.1' };
export const row = (sequence: number, at = T): Row => ({ deliveryId: `d${sequence}`, sequence, at });
export const incident = (sequence: number, open = true): Situation['incident'] => ({ sequence, open });
export const situation = (over: Partial<Situation> = {}): Situation => ({
  now: T,
  incident: incident(1),
  integration: 'active',
  waiting: [row(1)],
  ...over,
});
export const attempt = (over: Partial<Attempt> = {}): Attempt => ({
  id: 'a1',
  action: 'post',
  sequence: 1,
  open: true,
  startedAt: T,
  ...over,
});
export const proceed = (over: Partial<Situation> = {}): LaneCommand => ({
  type: 'Proceed',
  situation: situation(over),
  attemptId: 'a1',
  random: 0.5,
});
export const finish = (outcome: Outcome, over: Partial<Situation> = {}): LaneCommand => ({
  type: 'Finish',
  situation: situation(over),
  outcome,
  random: 0.5,
});
export const started = (over: Partial<Attempt> = {}): LaneEvent => ({ type: 'Started', attempt: attempt(over) });
export const shown = (sequence: number, open = true, at = T): LaneEvent[] => [
  started({ sequence, open }),
  { type: 'Shown', receipt, at },
];
export const settled = (sequence: number, state: string, rest: object): LaneEvent =>
  ({ type: 'Settled', verdict: { deliveryId: `d${sequence}`, state, ...rest } }) as LaneEvent;
export const delivered: Outcome = { kind: 'delivered', receipt };
export const ambiguous: Outcome = { kind: 'ambiguous', reason: 'no answer within 15 s' };
export const gone: Outcome = {
  kind: 'rejected',
  scope: 'receipt',
  code: 'message_not_found',
  reason: 'gone',
  remedy: '',
};
export const refused: Outcome = {
  kind: 'rejected',
  scope: 'message',
  code: 'msg_too_long',
  reason: 'too long',
  remedy: '',
};
export const unauthorised: Outcome = {
  kind: 'rejected',
  scope: 'integration',
  code: 'invalid_auth',
  reason: '',
  remedy: '',
};
