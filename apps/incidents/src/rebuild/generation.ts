import { type Instant } from '#libs/core';
import { type ReadModel, type TableOf } from '../projections/read-model.js';

/** Which generations of a read model there are. A number is never used twice. */
export interface Generations {
  readonly name: string;
  /** Version of the code that made the live one. */
  readonly version: number;
  /** The one that queries read. */
  readonly active: number;
  /** The one that is being built; null when none is. */
  readonly building: number | null;
  readonly buildingVersion: number | null;
  readonly buildingSince: Instant | null;
  /** It has caught up, and takes over. */
  readonly switching: boolean;
  readonly switchedAt: Instant | null;
  /** The one that was live before, kept to switch back to; null where there is none. */
  readonly previous: number | null;
  readonly previousVersion: number | null;
  /**
   * What the comparison means for the one being built: `checked`: it takes over unless it differs without being another
   * version; `forced`: in any case; `back`: it was live before, and is not compared.
   */
  readonly mode: 'checked' | 'forced' | 'back';
  /** It was built and differs though its version is the same: it takes over only when it is forced to. */
  readonly held: boolean;
  readonly last: number;
}

export function tableName(view: string, generation: number): string {
  return `${view}_g${generation}`;
}

export function tablesOf(generation: number): TableOf {
  return (view) => tableName(view, generation);
}

/** Consumer group and checkpoint of a generation. */
export function processorName(model: Pick<ReadModel, 'name'>, generation: number): string {
  return `incidents.view.${model.name}.g${generation}`;
}
