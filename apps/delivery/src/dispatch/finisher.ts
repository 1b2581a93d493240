import { fold } from '#libs/core';
import { type Transactor, type UnitOfWork } from '#libs/runtime';
import { type IntegrationDocument } from '../integration/integration.js';
import { type Lane, laneDecider, type LaneEvent } from '../lane/lane.js';
import { type Hint, hintsOf } from '../lane/schedule.js';
import { type Verdict } from '../lane/verdicts.js';
import { type Outcome } from '../sink.js';
import {
  holdLeased,
  keyOfLane,
  type LaneWrite,
  type LeasedLane,
  selectSurroundings,
  type Surroundings,
  writeLanes,
} from '../sql/lanes.js';
import { type Job, type LeaseOptions, scheduleAfter, settleAndRecord, situationOf, verdictsOf } from './leases.js';
import { parkAll, recover } from './parking.js';

/** A call that has ended. */
export interface Finished {
  readonly job: Job;
  readonly outcome: Outcome;
}

/** What writing down ended calls came to. */
export interface Saved {
  readonly hints: readonly Hint[];
  readonly settled: readonly Verdict[];
  /** Calls whose lane was somebody else's by then: what they brought is not known to have counted. */
  readonly overtaken: number;
  /** Integrations that are parked, or are not any more, because of it. */
  readonly changed: readonly string[];
}

export interface FinishOptions extends LeaseOptions {
  readonly probeInterval: number;
  /** The other integrations with the same secrets. */
  readonly sharing: (integrationId: string) => readonly IntegrationDocument[];
}

/** Writes down what became of calls: lanes, final states with their receipts, parked integrations, in one transaction. */
export async function finish(
  transactor: Transactor,
  finished: readonly Finished[],
  { now, random }: { readonly now: number; readonly random: () => number },
  options: FinishOptions,
): Promise<Saved> {
  return transactor.transact(async (unit) => {
    const { sink } = options;
    const byKey = new Map(finished.map((each) => [keyOfLane(each.job), each]));
    const lanes = await holdLeased(
      unit.tx,
      sink,
      finished.map(({ job }) => job),
    );
    const around = await selectSurroundings(unit.tx, sink, lanes);
    const decided = lanes.map((lane) => {
      const key = keyOfLane(lane);
      return decide(lane, around.get(key)!, byKey.get(key)!.outcome, now, random(), options);
    });
    const writes = decided.map(({ write }) => write);
    const settled = decided.flatMap(({ verdicts }) => verdicts);
    await writeLanes(unit.tx, sink, writes);
    await settleAndRecord(unit, sink, settled, around, now);
    const changed = await parkOrRecover(unit, finished, now, options);
    return { hints: hintsOf(writes), settled, overtaken: finished.length - lanes.length, changed };
  });
}

function decide(
  lane: LeasedLane,
  around: Surroundings,
  outcome: Outcome,
  now: number,
  random: number,
  { rule }: FinishOptions,
): { readonly write: LaneWrite; readonly verdicts: readonly Verdict[] } {
  const { integrationId, incidentId, fence } = lane;
  const situation = situationOf(around, now);
  const decider = laneDecider(rule);
  const events = decider.decide({ type: 'Finish', situation, outcome, random }, lane.state);
  const state = fold((s: Lane, event: LaneEvent) => decider.evolve(s, event), lane.state, events);
  const verdicts = verdictsOf(events);
  const schedule = scheduleAfter(state, situation, verdicts, rule);
  return { write: { integrationId, incidentId, state, ...schedule, lease: null, fence }, verdicts };
}

async function parkOrRecover(
  unit: UnitOfWork,
  finished: readonly Finished[],
  now: number,
  { sink, probeInterval, sharing }: FinishOptions,
): Promise<readonly string[]> {
  const changed = new Set<string>();
  for (const { job, outcome } of finished) {
    const { integrationId, integration } = job;
    if (changed.has(integrationId)) continue;
    if (outcome.kind === 'rejected' && outcome.scope === 'integration') {
      const all = [integration, ...(outcome.credential ? sharing(integrationId) : [])];
      await parkAll(unit, sink, all, outcome, { now, probeInterval });
      for (const each of all) changed.add(each.integrationId);
    } else if (outcome.kind === 'delivered' && job.trial) {
      await recover(unit, sink, integration, 'a message was delivered', now);
      changed.add(integrationId);
    }
  }
  return [...changed];
}
