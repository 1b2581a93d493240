import { type DeliveryState } from '#libs/contracts';
import { type Receipt } from '../sink.js';
import { type Lane } from './lane.js';

/** A pending delivery of a lane. */
export interface Row {
  readonly deliveryId: string;
  /** Of its event, within the incident. */
  readonly sequence: number;
  /** When its event was recorded, milliseconds. */
  readonly at: number;
}

/** The final state of one delivery. */
export interface Verdict {
  readonly deliveryId: string;
  readonly state: Exclude<DeliveryState, 'pending'>;
  readonly reason?: string;
  readonly receipt?: Receipt;
  /** Calls that carried it or a later state. */
  readonly attempts: number;
}

interface Ending {
  readonly state: DeliveryState;
  readonly reason?: string | undefined;
  readonly receipt?: Receipt | undefined;
  /** True: it holds for every row. False: for the newest, which supersedes the others. */
  readonly each?: boolean;
}

/**
 * The final states of `rows`, oldest first. A row whose state was carried by a call in doubt is `ambiguous` whatever
 * happened afterwards: unless that call could be repeated without harm, and now was.
 */
export function verdicts(rows: readonly Row[], lane: Lane, ending: Ending): readonly Verdict[] {
  const doubt = lane.doubt && (lane.doubt.twice || ending.state !== 'delivered') ? lane.doubt : undefined;
  const doubtful = doubt ? rows.filter((row) => row.sequence <= doubt.sequence) : [];
  const clear = doubt ? rows.filter((row) => row.sequence > doubt.sequence) : rows;
  const newest = rows.at(-1)?.deliveryId;
  const suspect = doubtful.at(-1);
  const verdict = (row: Row, state: DeliveryState, reason?: string): Verdict => ({
    deliveryId: row.deliveryId,
    state: state as Verdict['state'],
    ...(reason === undefined ? {} : { reason }),
    ...(ending.receipt && row.deliveryId === newest ? { receipt: ending.receipt } : {}),
    attempts: lane.tried.filter((sequence) => sequence >= row.sequence).length + (carried(lane, row) ? 1 : 0),
  });
  const superseded = (row: Row, by: Row): Verdict =>
    verdict(row, 'superseded', `delivery ${by.deliveryId} carried a later state`);
  return [
    ...doubtful.map((row) =>
      row === suspect ? verdict(row, 'ambiguous', whyAmbiguous(ending)) : superseded(row, suspect!),
    ),
    ...clear.map((row) =>
      ending.each || row === clear.at(-1) ? verdict(row, ending.state, ending.reason) : superseded(row, clear.at(-1)!),
    ),
  ];
}

function carried(lane: Lane, row: Row): boolean {
  return lane.attempt !== undefined && row.sequence <= lane.attempt.sequence;
}

function whyAmbiguous(ending: Ending): string {
  if (ending.state === 'ambiguous') return ending.reason ?? '';
  if (ending.state === 'delivered') return 'an earlier try may have posted it too; posted again';
  return `a try may have taken effect; then: ${ending.reason ?? ending.state}`;
}
