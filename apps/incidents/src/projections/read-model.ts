import { type StreamRecord } from '#libs/event-stream';
import { type Received, type Tenants } from '#libs/runtime';
import { type StoreTx } from '#libs/store';

/**
 * A table of a read model. Every generation has its own; queries read a view of the same name over the live one. What a
 * query needs has to be a column here, in this order.
 */
export interface ViewDefinition {
  readonly name: string;
  /** The statements that make `table` and its indexes, whose names begin with the table's. */
  create(table: string): readonly string[];
}

/** The table of a view in the generation that is written. */
export type TableOf = (view: string) => string;

/** What a read model may use beside the log. */
export interface ProjectionContext {
  readonly tenants: Pick<Tenants, 'isKnown' | 'defaultTenant'>;
}

interface Described {
  readonly name: string;
  /** Counts up when the rows of the same log would differ: a new version is built beside the live one. */
  readonly version: number;
  readonly views: readonly ViewDefinition[];
}

/** A read model folded from events. */
export interface EventReadModel extends Described {
  readonly from: 'events';
  readonly handles: ReadonlySet<string>;
  /** Whoever decides writes it into the live generation in the same transaction; the log only fills what is missing. */
  readonly isInline?: boolean;
  /**
   * Writes a batch of one partition, in order; what is there already is left alone. `isLive`: it is the generation that is
   * read, where whoever decides may have written it already.
   */
  apply(batch: readonly Received[], tx: StoreTx, tableOf: TableOf, isLive: boolean): Promise<void>;
}

/** A read model folded from the dead-letters topic, whose records are no events. */
export interface DeadLetterReadModel extends Described {
  readonly from: 'deadLetters';
  applyRecords(
    records: readonly StreamRecord[],
    tx: StoreTx,
    tableOf: TableOf,
    context: ProjectionContext,
  ): Promise<void>;
}

export type ReadModel = EventReadModel | DeadLetterReadModel;
