import { type Actor, type IncidentEventType } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { type Json, type Source } from '../incident/incident.js';
import { type Refusal } from '../incident/incident.refusals.js';
import { type IncidentDocument } from '../projections/incidents/incidents.document.js';
import { type IncidentEventDocument } from '../projections/incidents/incidents.events.js';

/** On whose behalf a command is. */
export interface Caller {
  readonly organizationId: string;
  readonly projectId: string;
  readonly by: Actor;
  /** May drop others' tags (an admin token). */
  readonly superuser: boolean;
}

/** A new incident. Texts are as they shall be stored: trimmed, checked for shape by the API's own rules. */
export interface OpenIncident {
  readonly source: Source & { readonly pk: number };
  /** What opened it: `api` unless said otherwise. */
  readonly origin?: 'api' | 'tocsin' | undefined;
  /** The user of the source, where the caller is somebody else: the actor of the first event. */
  readonly sourceUser?: Actor | undefined;
  readonly startTime: Instant;
  /** Absent or `infinity`: open. Null: stateless. An instant: closed at that time, in the future also. */
  readonly endTime?: Instant | 'infinity' | null | undefined;
  /** Empty: none. */
  readonly sourceIncidentId?: string | undefined;
  readonly detailsUrl?: string | undefined;
  readonly description?: string | undefined;
  /** 1 to 5; 5 unless said otherwise. */
  readonly level?: number | undefined;
  readonly ticketUrl?: string | undefined;
  readonly metadata?: Json | undefined;
  /** `key=value`; repeated ones are collapsed. */
  readonly tags: readonly string[];
}

/** What somebody says of an incident. Without `timestamp`: now, which is for people only. */
export interface PostedEvent {
  readonly type: IncidentEventType;
  readonly timestamp?: Instant | undefined;
  readonly description?: string | undefined;
}

export interface PostedAcknowledgement {
  readonly timestamp?: Instant | undefined;
  readonly description?: string | undefined;
  readonly expiration?: Instant | null | undefined;
}

/** What is absent stays. `tags` replaces all of them. */
export interface AttributeChanges {
  readonly level?: number | undefined;
  readonly description?: string | undefined;
  readonly detailsUrl?: string | undefined;
  readonly ticketUrl?: string | undefined;
  readonly metadata?: Json | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** One thing done to many incidents, without rules of roles and conflicts (reference argus.md 1.10). */
export type BulkAction =
  | { readonly what: 'event'; readonly event: PostedEvent }
  | { readonly what: 'acknowledgement'; readonly acknowledgement: PostedAcknowledgement }
  | { readonly what: 'ticketUrl'; readonly ticketUrl: string };

/** What a command did: the incident as it is now, and the events, in order, that it had not before. */
export interface Done {
  readonly refusal?: undefined;
  readonly incident: IncidentDocument;
  /** Events with a key of Argus; of `changeAcknowledgement` none. */
  readonly events: readonly IncidentEventDocument[];
}

export interface Refused {
  readonly refusal: Refusal;
}

export type CommandResult = Done | Refused;

/**
 * Commands on incidents. One that answers `Done` is committed: every read shows it, and it comes on the log, also when
 * no broker answers now. Each is done once or not at all, also where the database's answer is lost.
 * @throws ServiceUnavailable when the database does not answer
 */
export abstract class IncidentCommands {
  abstract open(caller: Caller, incident: OpenIncident): Promise<CommandResult>;
  /** END, RES, STA, LES, CHI, OTH of a source; CLO, REO, OTH of a person. */
  abstract post(caller: Caller, pk: number, event: PostedEvent): Promise<CommandResult>;
  abstract acknowledge(caller: Caller, pk: number, acknowledgement: PostedAcknowledgement): Promise<CommandResult>;
  /** `ackPk` is the key of the acknowledgement's event. */
  abstract changeAcknowledgement(
    caller: Caller,
    pk: number,
    ackPk: number,
    expiration: Instant | null,
  ): Promise<CommandResult>;
  /** One event for each attribute that really changes. */
  abstract change(caller: Caller, pk: number, changes: AttributeChanges): Promise<CommandResult>;
  /** The tags endpoint: anybody may, and Argus sees no event. */
  abstract addTag(caller: Caller, pk: number, tag: string): Promise<CommandResult>;
  abstract removeTag(caller: Caller, pk: number, tag: string): Promise<CommandResult>;
  /**
   * It is shown no more, and its source may use its own id again; the log keeps it. `sourcePk` is the key of the source
   * that the caller is: of its own incidents; an admin of any.
   */
  abstract delete(caller: Caller, pk: number, sourcePk: number | undefined): Promise<CommandResult>;
  /** The result for each pk, in the order given. */
  abstract bulk(
    caller: Caller,
    pks: readonly number[],
    action: BulkAction,
  ): Promise<ReadonlyMap<number, CommandResult>>;
}
