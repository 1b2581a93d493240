import { setTimeout as pause } from 'node:timers/promises';
import { crashpoint, type Instant } from '#libs/core';
import { type Store, type Tx } from '#libs/store';
import { type ReadModel } from '../projections/read-model.js';
import { type Generations, processorName } from './generation.js';
import {
  allGenerations,
  generationsOf,
  markSwitched,
  markSwitching,
  pointViews,
  tryLockGenerations,
} from './registry.js';

/** How long the live generation is held while the new one takes its last steps, milliseconds. */
const PATIENCE = 500;
const LOOK_EVERY = 20;
/** Records behind the live one at which a switch is worth trying. */
const NEAR = 5_000;

/**
 * Makes the generation that was built the live one, once it has read as far as the live one has, in one transaction:
 * the live one's checkpoints are held meanwhile, so that no query ever goes back in time. False when it is not there
 * yet, or another process is at it; nothing has changed then.
 */
export async function trySwitch(store: Store, model: ReadModel, now: Instant): Promise<boolean> {
  const known = (await allGenerations(store)).get(model.name);
  if (!known || known.building === null) return false;
  const gap = await gapOf(store, model, known);
  if (!gap.begun || gap.behind > NEAR) return false;
  if (!known.switching) await markSwitching(store, known);
  crashpoint('rebuild.before-switch');
  const switched = await store.transaction(async (tx) => {
    await tx.query(`set local lock_timeout = '1s'`);
    if (!(await tryLockGenerations(tx))) return false;
    const current = await generationsOf(tx, model.name);
    if (!current || current.building !== known.building) return false;
    await tx.query('select 1 from checkpoint where processor = $1 for update', [processorName(model, current.active)]);
    if (!(await caughtUp(tx, model, current))) return false;
    await pointViews(tx, model, current.building!);
    await markSwitched(tx, current, now);
    crashpoint('rebuild.in-switch');
    return true;
  });
  crashpoint('rebuild.after-switch');
  return switched;
}

async function caughtUp(tx: Tx, model: ReadModel, generations: Generations): Promise<boolean> {
  const deadline = performance.now() + PATIENCE;
  while ((await gapOf(tx, model, generations)).behind > 0) {
    if (performance.now() > deadline) return false;
    await pause(LOOK_EVERY);
  }
  return true;
}

/** Records that the live generation has read and the new one has not, and whether that has read anything, where there is anything. */
async function gapOf(
  tx: Tx,
  model: ReadModel,
  { active, building }: Generations,
): Promise<{ behind: number; begun: boolean }> {
  const { rows } = await tx.query<{ behind: number; begun: boolean }>(
    `select coalesce(sum(greatest(live.next_offset - coalesce(next.next_offset, 0), 0)), 0)::bigint as behind,
       count(*) = 0 or count(next.next_offset) > 0 as begun
     from checkpoint as live
     left join checkpoint as next on next.processor = $2
       and (next.topic, next.topic_id, next.partition) = (live.topic, live.topic_id, live.partition)
     where live.processor = $1`,
    [processorName(model, active), processorName(model, building!)],
  );
  return rows[0]!;
}
