import { setTimeout as pause } from 'node:timers/promises';
import { crashpoint, type Instant } from '#libs/core';
import { type Store, type Tx } from '#libs/store';
import { type ReadModel } from '../projections/read-model.js';
import { type Generations, processorName } from './generation.js';
import { generationsOf, lockGenerations, markSwitched, markSwitching, pointViews } from './registry.js';

/** How long the live generation's checkpoints are held while the new one takes its last steps, milliseconds. */
const PATIENCE = 3_000;
const LOOK_EVERY = 20;
/** Records behind the live one at which a switch is worth trying. */
const NEAR = 5_000;

/**
 * Makes the generation that was built the live one, once it has read as far as the live one has, in one transaction:
 * the live one is held where it is meanwhile, so that no query ever goes back in time. False when it is not there yet;
 * nothing has changed then.
 */
export async function trySwitch(store: Store, model: ReadModel, now: Instant): Promise<boolean> {
  const known = await store.transaction((tx) => nearlyThere(tx, model));
  if (!known) return false;
  crashpoint('rebuild.before-switch');
  const switched = await store.transaction(async (tx) => {
    await tx.query(`set local lock_timeout = '1s'`);
    await lockGenerations(tx);
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

async function nearlyThere(tx: Tx, model: ReadModel): Promise<Generations | undefined> {
  const known = await generationsOf(tx, model.name);
  if (!known || known.building === null || (await behind(tx, model, known)) > NEAR) return undefined;
  if (!known.switching) await markSwitching(tx, known);
  return known;
}

async function caughtUp(tx: Tx, model: ReadModel, generations: Generations): Promise<boolean> {
  const deadline = performance.now() + PATIENCE;
  while ((await behind(tx, model, generations)) > 0) {
    if (performance.now() > deadline) return false;
    await pause(LOOK_EVERY);
  }
  return true;
}

/** Records that the live generation has read and the new one has not. */
async function behind(tx: Tx, model: ReadModel, { active, building }: Generations): Promise<number> {
  const { rows } = await tx.query<{ behind: number }>(
    `select coalesce(sum(greatest(live.next_offset - coalesce(next.next_offset, 0), 0)), 0)::bigint as behind
     from checkpoint as live
     left join checkpoint as next on next.processor = $2
       and (next.topic, next.topic_id, next.partition) = (live.topic, live.topic_id, live.partition)
     where live.processor = $1`,
    [processorName(model, active), processorName(model, building!)],
  );
  return rows[0]!.behind;
}
