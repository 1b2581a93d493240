import { fold, type Ids } from '#libs/core';
import { type Transactor, type UnitOfWork } from '#libs/runtime';
import { recordOf } from '../delivery/record.js';
import { type IncidentDocument, incidentAt, laneView } from '../incident/incident.js';
import { type IntegrationDocument } from '../integration/integration.js';
import {
  type Attempt,
  type Lane,
  laneDecider,
  type LaneEvent,
  type LaneRule,
  plan,
  type Situation,
} from '../lane/lane.js';
import { classes, type Hint, hintsOf, scheduleOf } from '../lane/schedule.js';
import { type Verdict } from '../lane/verdicts.js';
import { type Message, type Receipt } from '../sink.js';
import {
  keyOfLane,
  type LaneKey,
  type LaneWrite,
  type LeasedLane,
  type Quota,
  selectSnapshots,
  selectSurroundings,
  type Surroundings,
  takeDueLanes,
  writeLanes,
} from '../sql/lanes.js';
import { settle } from '../sql/settle.js';

/** A call to be made: written down as begun, and ours until the lease ends. */
export interface Job extends LaneKey {
  readonly fence: number;
  readonly class: number;
  readonly attempt: Attempt;
  readonly deliveryId: string;
  readonly event: Message['event'];
  readonly receipt: Receipt | undefined;
  readonly incident: IncidentDocument;
  readonly integration: IntegrationDocument;
  /** The integration is parked, and this call is to show whether it still has to be. */
  readonly trial: boolean;
  /** When the newest event that it carries was recorded, milliseconds; for the latency. */
  readonly since: number;
}

/** What taking lanes came to. */
export interface Taken {
  readonly jobs: readonly Job[];
  /** How many lanes were found for each asked quota, by `class/integrationId`. */
  readonly found: ReadonlyMap<string, number>;
  readonly hints: readonly Hint[];
  readonly settled: readonly Verdict[];
  /** Integrations that turned out to be parked. */
  readonly parked: readonly string[];
  /** Calls of which nobody knows the end, found in lanes whose lease ran out. */
  readonly lapsed: number;
}

export interface LeaseOptions {
  readonly sink: string;
  readonly rule: LaneRule;
  readonly ids: Ids;
  /** How long a lane is ours, milliseconds: longer than any call. */
  readonly lease: number;
}

/** Takes due lanes, decides what is to be done, and writes it down before anything is done. */
export async function takeLanes(
  transactor: Transactor,
  quotas: readonly Quota[],
  trials: ReadonlySet<string>,
  { now, random }: { readonly now: number; readonly random: () => number },
  options: LeaseOptions,
): Promise<Taken> {
  return transactor.transact(async (unit) => {
    const lanes = await takeDueLanes(unit.tx, options.sink, quotas, now);
    if (lanes.length === 0) return { jobs: [], found: new Map(), hints: [], settled: [], parked: [], lapsed: 0 };
    const around = await selectSurroundings(unit.tx, options.sink, lanes);
    const decided = lanes.flatMap((lane) => {
      const surroundings = around.get(keyOfLane(lane));
      return surroundings ? [decide(lane, surroundings, trials, now, random(), options)] : [];
    });
    const writes = decided.map(({ write }) => write);
    await writeLanes(unit.tx, options.sink, writes);
    const jobs = decided.flatMap(({ job }) => job ?? []);
    const settled = decided.flatMap(({ verdicts }) => verdicts);
    await settleAndRecord(unit, options.sink, settled, around, now);
    return {
      jobs: options.rule.coalescing === 'each-event' ? await asOfTheirEvents(unit, options.sink, jobs) : jobs,
      found: counted(lanes),
      hints: hintsOf(writes.filter(({ lease }) => lease === null)),
      settled,
      parked: [...around.values()].flatMap(({ parked, integrationId }) => (parked ? [integrationId] : [])),
      lapsed: lanes.filter(({ state }) => state.attempt).length,
    };
  });
}

/** Writes final states and puts their records into the outbox. */
export async function settleAndRecord(
  unit: UnitOfWork,
  sink: string,
  verdicts: readonly Verdict[],
  around: ReadonlyMap<string, Surroundings>,
  now: number,
): Promise<void> {
  const byId = new Map(verdicts.map((verdict) => [verdict.deliveryId, verdict]));
  for (const row of await settle(unit.tx, sink, verdicts)) {
    const owner = around.get(keyOfLane(row))!.incident;
    unit.emit(recordOf({ ...row, ...byId.get(row.deliveryId)! }, owner, `delivery.${sink}`, now));
  }
}

export function situationOf({ incident, integration, waiting }: Surroundings, now: number): Situation {
  return { now, incident: laneView(incident, now), integration: integration.status, waiting };
}

/** The schedule of a lane after what was decided, without the deliveries that are settled. */
export function scheduleAfter(lane: Lane, situation: Situation, verdicts: readonly Verdict[], rule: LaneRule) {
  const done = new Set(verdicts.map(({ deliveryId }) => deliveryId));
  const waiting = situation.waiting.filter(({ deliveryId }) => !done.has(deliveryId));
  return scheduleOf(plan(lane, { ...situation, waiting }, rule), situation.now);
}

export function verdictsOf(events: readonly LaneEvent[]): readonly Verdict[] {
  return events.flatMap((event) => (event.type === 'Settled' ? [event.verdict] : []));
}

interface Decided {
  readonly write: LaneWrite;
  readonly verdicts: readonly Verdict[];
  readonly job?: Job;
}

function decide(
  lane: LeasedLane,
  around: Surroundings,
  trials: ReadonlySet<string>,
  now: number,
  random: number,
  { rule, ids, lease }: LeaseOptions,
): Decided {
  const { integrationId, incidentId } = lane;
  const situation = situationOf(around, now);
  const decider = laneDecider(rule);
  const events = decider.decide({ type: 'Proceed', situation, attemptId: ids.next(), random }, lane.state);
  const verdicts = verdictsOf(events);
  const started = events.find((event) => event.type === 'Started')?.attempt;
  const mayCall = !around.parked || trials.has(integrationId);
  // Another class has other limits: it waits for a turn of its own.
  if (started && mayCall && classes[started.action] === lane.class) {
    const state = fold((s: Lane, event: LaneEvent) => decider.evolve(s, event), lane.state, events);
    const fence = lane.fence + 1;
    const write = { integrationId, incidentId, state, class: lane.class, due: now, lease, fence };
    return { write, verdicts, job: jobOf({ ...lane, fence }, started, state, around) };
  }
  const calm = events.filter(({ type }) => type !== 'Started');
  const state = fold((s: Lane, event: LaneEvent) => decider.evolve(s, event), lane.state, calm);
  const schedule = scheduleAfter(state, situation, verdicts, rule);
  // Whoever made a call that lapsed is not to write its end any more.
  const fence = lane.state.attempt ? lane.fence + 1 : lane.fence;
  return { write: { integrationId, incidentId, state, ...schedule, lease: null, fence }, verdicts };
}

function jobOf(lane: LeasedLane, attempt: Attempt, state: Lane, around: Surroundings): Job {
  const newest = around.waiting.findLast(({ sequence }) => sequence <= attempt.sequence);
  const { last } = around.incident;
  const { integrationId, incidentId, fence } = lane;
  return {
    integrationId,
    incidentId,
    fence,
    class: lane.class,
    attempt,
    deliveryId: newest?.deliveryId ?? attempt.id,
    event: { id: newest?.eventId ?? last.eventId, name: last.name },
    receipt: state.shown?.receipt,
    incident: incidentAt(around.incident, attempt.startedAt),
    integration: around.integration,
    trial: around.parked,
    since: newest?.at ?? attempt.startedAt,
  };
}

/** Jobs with the incident as it was right after the event that each tells of. */
async function asOfTheirEvents(unit: UnitOfWork, sink: string, jobs: readonly Job[]): Promise<readonly Job[]> {
  const events = jobs.map(({ incidentId, attempt }) => ({ incidentId, sequence: attempt.sequence }));
  const snapshots = await selectSnapshots(unit.tx, sink, events);
  return jobs.map((job) => {
    const incident = snapshots.get(`${job.incidentId}/${job.attempt.sequence}`) ?? job.incident;
    return { ...job, incident, event: { ...job.event, name: incident.last.name } };
  });
}

function counted(lanes: readonly LeasedLane[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { class: laneClass, integrationId } of lanes) {
    const key = `${laneClass}/${integrationId}`;
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return found;
}
