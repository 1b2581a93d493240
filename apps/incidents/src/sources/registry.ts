import { type Instant } from '#libs/core';
import { type Principal, type SourceRow, type UnitOfWork } from '#libs/runtime';
import { type Caller } from '../commands/incident-commands.js';

/** A monitoring system, whatever the number of its tokens. Its name and type are unique in its organisation. */
export type SourceSystem = SourceRow;

/** Who acts, as Argus sees it (reference argus.md 2): a source user, a person, or Tocsin itself. */
export interface Identity extends Caller {
  /** May read and no more. */
  readonly readOnly: boolean;
  /** Present on a source user and on Tocsin itself. */
  readonly source?: SourceSystem | undefined;
}

/** What an alert's envelope tells of its sender. */
export interface AlertSender {
  readonly organizationId: string;
  readonly projectId: string;
  /** The token that brought it; absent or unknown on a foreign producer's. */
  readonly tokenId?: string | undefined;
  readonly name: string;
  readonly type: string;
  /** When it was taken in: a sign of life of its source. */
  readonly at?: Instant | undefined;
}

/** Source systems and users of every organisation, by the numbers that Argus knows them by. */
export abstract class Registry {
  /** Whose token it is; what is not registered yet is registered. Known for a few seconds without a query. */
  abstract identityOf(principal: Principal): Promise<Identity>;

  /** The user that stands for a source, for a superuser who speaks for it. */
  abstract identityOfSource(organizationId: string, pk: number): Promise<Identity | undefined>;

  /** Tocsin itself, as the source of its own incidents. */
  abstract own(organizationId: string): Promise<Identity>;

  abstract source(organizationId: string, pk: number): Promise<SourceSystem | undefined>;

  /** By pk. */
  abstract sources(organizationId: string): Promise<readonly SourceSystem[]>;

  /** Those that there are; no query where all are known. */
  abstract sourcesByPk(organizationId: string, pks: Iterable<number>): Promise<ReadonlyMap<number, SourceSystem>>;

  /**
   * In the order asked; unknown ones are registered in `unit`, events included. No query where all are known. To be
   * called before the transaction locks anything.
   */
  abstract sourcesOfAlerts(unit: UnitOfWork, senders: readonly AlertSender[]): Promise<readonly SourceSystem[]>;
}
