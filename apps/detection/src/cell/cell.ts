import { type OpenIssues } from '../issues/open-issue.js';
import { type Heard } from '../issues/silence.js';
import { type Intake } from './intake.js';

/** Where state is kept: one node of a cluster, or (`nodeId` empty) the cluster itself. */
export interface CellName {
  readonly organizationId: string;
  readonly clusterId: string;
  readonly nodeId: string;
}

/** All that is known of a cell. JSON; never changed in place. */
export interface Cell {
  /** By kind of sample. */
  readonly intake: Readonly<Record<string, Intake>>;
  readonly heard: Readonly<Record<string, Heard>>;
  /** State of each rule, by its name. */
  readonly rules: Readonly<Record<string, unknown>>;
  readonly issues: OpenIssues;
  /** Time of the last removal of the cluster that was reckoned with, milliseconds. */
  readonly removed?: number;
}

export const emptyCell: Cell = { intake: {}, heard: {}, rules: {}, issues: {} };

/** Unambiguous within the process. */
export function cellKey({ organizationId, clusterId, nodeId }: CellName): string {
  return `${organizationId}\u0000${clusterId}\u0000${nodeId}`;
}
