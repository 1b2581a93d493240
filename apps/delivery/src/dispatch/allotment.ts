import { type Hint, SETTLE } from '../lane/schedule.js';
import { type RateLimit } from '../sink.js';
import { type Quota } from '../sql/lanes.js';
import { type Breaker } from './breaker.js';
import { type RateLimiter } from './rate-limiter.js';
import { type Roster } from './roster.js';

/** Most calls under way at once: of one integration, and in all. */
export const PER_INTEGRATION = 64;
export const IN_ALL = 256;
/** What one integration may begin in one turn, so that the others have theirs before its next. */
export const QUANTUM = 32;
/** Lanes that make no call are taken by the handful. */
const SETTLED_AT_ONCE = 200;

/** What may be begun in a turn, what has to wait for how long, and what was reserved for it. */
export interface Allotment {
  readonly quotas: readonly Quota[];
  readonly later: readonly { readonly hint: Hint; readonly afterMs: number }[];
  /** Integrations at their limit of calls under way. */
  readonly full: readonly Hint[];
  readonly reserved: ReadonlyMap<string, { readonly limits: readonly RateLimit[]; readonly count: number }>;
}

export interface Load {
  /** Calls under way, by integration. */
  readonly underWay: ReadonlyMap<string, number>;
  readonly total: number;
  /** Parked integrations that may try one message. */
  readonly trials: ReadonlySet<string>;
}

/**
 * Shares out the calls of one turn: round robin over the integrations that have something due, as many of each as its
 * quantum, its calls under way, its circuit and the provider's limits allow. `tick` is a monotonic time, milliseconds.
 */
export function allot(
  due: readonly Hint[],
  { underWay, total, trials }: Load,
  { roster, limiter, breaker }: { roster: Roster; limiter: RateLimiter; breaker: Breaker },
  tick: number,
): Allotment {
  const quotas: Quota[] = [];
  const later: { hint: Hint; afterMs: number }[] = [];
  const full: Hint[] = [];
  const reserved = new Map<string, { limits: readonly RateLimit[]; count: number }>();
  const planned = new Map<string, number>();
  let left = IN_ALL - total;
  for (const hint of due) {
    const { integrationId, class: laneClass } = hint;
    const entry = roster.get(integrationId);
    if (!entry) continue;
    if (laneClass === SETTLE || entry.document.status !== 'active') {
      quotas.push({ integrationId, class: laneClass, quota: SETTLED_AT_ONCE });
      continue;
    }
    const busy = (underWay.get(integrationId) ?? 0) + (planned.get(integrationId) ?? 0);
    const most = mostOf(entry.parked, trials.has(integrationId), breaker.allows(integrationId));
    if (most === 0) continue;
    const room = Math.min(most - busy, left, QUANTUM);
    if (room <= 0) {
      full.push(hint);
      continue;
    }
    const limits = entry.limits[laneClass] ?? [];
    const count = Math.min(room, limiter.available(limits, tick));
    if (count <= 0) {
      later.push({ hint, afterMs: limiter.nextAt(limits, tick) - tick });
      continue;
    }
    limiter.take(limits, count, tick);
    reserved.set(`${laneClass}/${integrationId}`, { limits, count });
    quotas.push({ integrationId, class: laneClass, quota: count });
    planned.set(integrationId, busy - (underWay.get(integrationId) ?? 0) + count);
    left -= count;
  }
  return { quotas, later, full, reserved };
}

function mostOf(parked: boolean, trial: boolean, circuit: 'all' | 'one' | 'none'): number {
  if (parked) return trial ? 1 : 0;
  if (circuit === 'none') return 0;
  return circuit === 'one' ? 1 : PER_INTEGRATION;
}
