import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, crashpoint, type Instant } from '#libs/core';
import { type TopicState } from '#libs/event-stream';
import { readCheckpoints, type Store, type Tx } from '#libs/store';
import { type ReadModel } from '../projections/read-model.js';
import { comparisonOf, isLasting } from './differences.js';
import { type Generations, processorName } from './generation.js';
import { positionOf } from './progress.js';
import { compareStep, conclude, finishComparison } from './proof.js';
import {
  allGenerations,
  generationsOf,
  hold,
  markSwitched,
  markSwitching,
  pointViews,
  tryLockGenerations,
} from './registry.js';

import { holdWriters, isInline, isPublished } from './writers.js';

/** How long the live generation is held while the new one takes its last steps, milliseconds. */
const PATIENCE = 500;
const LOOK_EVERY = 20;
/** Records behind the live one at which a switch is worth trying. */
const NEAR = 5_000;

/** What came of looking at a generation that is being built. */
export type Outcome = 'waiting' | 'switched' | 'held';

/**
 * Makes the generation that was built the live one, once it has read as far as the live one has and says the same, in
 * one transaction: the live one's checkpoints are held meanwhile, so that no query ever goes back in time. `waiting` when
 * it is not there yet, or another process is at it; nothing has changed then. `held` when it differs though its version
 * is the same: it waits to be forced.
 */
export async function trySwitch(
  store: Store,
  model: ReadModel,
  clock: Clock,
  logNow: () => Promise<TopicState | undefined>,
): Promise<Outcome> {
  const known = (await allGenerations(store)).get(model.name);
  if (!known || !isBuilding(known) || known.held) return 'waiting';
  const gap = await gapOf(store, model, known);
  if (!gap.begun || gap.behind > NEAR) return 'waiting';
  if (!(await compared(store, model, known, clock))) return 'waiting';
  if (!known.switching) await markSwitching(store, known);
  crashpoint('rebuild.before-switch');
  const outcome = await store.transaction(async (tx): Promise<Outcome> => {
    await tx.query(`set local lock_timeout = '1s'`);
    if (!(await tryLockGenerations(tx))) return 'waiting';
    const current = await generationsOf(tx, model.name);
    if (!current || !isBuilding(current) || current.building !== known.building || current.held) return 'waiting';
    if (isInline(model)) await holdWriters(tx, model);
    await tx.query('select 1 from checkpoint where processor = $1 for update', [processorName(model, current.active)]);
    if (!(await caughtUp(tx, model, current, logNow))) return 'waiting';
    const verdict = await verdictOn(tx, model, current, clock.now());
    if (verdict === 'switched') {
      await pointViews(tx, model, current.building);
      await markSwitched(tx, current, clock.now());
    }
    crashpoint('rebuild.in-switch');
    return verdict;
  });
  crashpoint('rebuild.after-switch');
  return outcome;
}

type Built = Generations & { readonly building: number };

function isBuilding(generations: Generations): generations is Built {
  return generations.building !== null;
}

/** How long one look compares before it leaves the turn to others, milliseconds. */
const TURN = 500;

async function compared(store: Store, model: ReadModel, known: Built, clock: Clock): Promise<boolean> {
  if (!(await needsProof(store, known))) return true;
  const end = performance.now() + TURN;
  while (performance.now() < end) {
    if (await compareStep(store, model, known, clock.now())) return true;
  }
  return false;
}

/** What was live before is what it was; what was forced after its comparison is known to differ. */
async function needsProof(tx: Tx, { name, mode, active, building }: Built): Promise<boolean> {
  if (mode === 'back') return false;
  if (mode === 'checked') return true;
  const comparison = await comparisonOf(tx, name);
  return !comparison?.finishedAt || comparison.built !== building || comparison.live !== active;
}

async function verdictOn(tx: Tx, model: ReadModel, known: Built, now: Instant): Promise<Outcome> {
  if (!(await needsProof(tx, known))) return 'switched';
  const differing = await conclude(tx, model, known);
  if (differing === undefined) return 'waiting';
  const isExpected = differing === 0 || known.mode === 'forced' || known.version !== known.buildingVersion;
  // What the new one has read and the live one has not is no difference yet.
  const isAhead = async (): Promise<boolean> => (await gapOf(tx, model, known)).ahead > 0;
  if (!isExpected && (await isAhead()) && !(await isLasting(tx, model.name))) return 'waiting';
  await finishComparison(tx, model, now);
  if (isExpected) return 'switched';
  await hold(tx, model);
  return 'held';
}

/**
 * Whether the new one has read all that the live one shows. Of a read model that whoever decides writes at once, the
 * checkpoints of the live one do not tell: nothing may wait to be published, and then the log is read to where it ends by
 * then, which only the broker knows.
 */
async function caughtUp(
  tx: Tx,
  model: ReadModel,
  generations: Built,
  logNow: () => Promise<TopicState | undefined>,
): Promise<boolean> {
  if (!isInline(model)) return inTime(async () => (await gapOf(tx, model, generations)).behind === 0);
  if (!(await inTime(() => isPublished(tx, model)))) return false;
  const end = await logNow();
  return end !== undefined && inTime(() => hasRead(tx, processorName(model, generations.building), end));
}

async function hasRead(tx: Tx, processor: string, end: TopicState): Promise<boolean> {
  const position = positionOf(await readCheckpoints(tx, processor, end.topic), end);
  return position !== undefined && position.done === position.total;
}

async function inTime(holds: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + PATIENCE;
  while (!(await holds())) {
    if (performance.now() > deadline) return false;
    await pause(LOOK_EVERY);
  }
  return true;
}

interface Gap {
  /** Records that the live generation has read and the new one has not. */
  readonly behind: number;
  /** Records that the new one has read and the live one has not. */
  readonly ahead: number;
  /** Whether the new one has read anything, where there is anything. */
  readonly begun: boolean;
}

async function gapOf(tx: Tx, model: ReadModel, { active, building }: Generations): Promise<Gap> {
  const { rows } = await tx.query<Gap>(
    `select coalesce(sum(greatest(live.next_offset - coalesce(next.next_offset, 0), 0)), 0)::bigint as behind,
       coalesce(sum(greatest(coalesce(next.next_offset, 0) - live.next_offset, 0)), 0)::bigint as ahead,
       count(*) = 0 or count(next.next_offset) > 0 as begun
     from checkpoint as live
     left join checkpoint as next on next.processor = $2
       and (next.topic, next.topic_id, next.partition) = (live.topic, live.topic_id, live.partition)
     where live.processor = $1`,
    [processorName(model, active), processorName(model, building!)],
  );
  return rows[0]!;
}
