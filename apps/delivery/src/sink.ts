import { type z } from 'zod';
import { type IncidentDocument } from './incident/incident.js';
import { type Action } from './lane/lane.js';

/** The sources of DESIGN.md, The words. */
export type SourceName = 'issues' | 'notifications' | 'logs' | 'metrics';

/**
 * What became of one call at the target.
 * - `delivered`: the target has it; `receipt` is its proof and the handle of later edits.
 * - `retry`: nothing was changed there; try again, not before `afterMs` milliseconds where it is given.
 * - `rejected`: another try would fail alike. `message`: this message only. `integration`: every message of the
 *   integration, until somebody follows `remedy`. `receipt`: the message to edit is gone; a fresh one may be sent.
 * - `ambiguous`: it may or may not have taken effect.
 */
export type Outcome =
  | { readonly kind: 'delivered'; readonly receipt: Receipt }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number }
  | {
      readonly kind: 'rejected';
      readonly scope: 'message' | 'integration' | 'receipt';
      readonly reason: string;
      /** The provider's own code. */
      readonly code: string;
      /** What a person can do about it, in words. */
      readonly remedy: string;
      /** The secrets themselves are refused: every integration that has the same is refused too. */
      readonly credential?: boolean;
    }
  | { readonly kind: 'ambiguous'; readonly reason: string };

/**
 * What a look at the provider showed: it would take messages again, only a message can tell, or it would not (`code` is
 * empty where it did not answer).
 */
export type Probe =
  | { readonly kind: 'well' }
  | { readonly kind: 'unsure' }
  | { readonly kind: 'ill'; readonly code: string; readonly reason: string; readonly remedy: string };

/** The provider's answer, small and without secrets: for Slack `{channel, ts}`. */
export type Receipt = Readonly<Record<string, string>>;

/** What one message is made of. */
export interface Message {
  /** Stable over every try of one state of one incident at one integration. */
  readonly deliveryId: string;
  readonly integrationId: string;
  /** As it is now; of a sink that gets each event, as it was right after that event. */
  readonly incident: IncidentDocument;
  /** The newest event that it tells of. */
  readonly event: { readonly id: string; readonly name: string };
}

/** How one call is addressed. */
export interface Call<Config> {
  readonly config: Config;
  /** Opened for this call only. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Aborts when the time for the whole call is over, or the process stops. */
  readonly signal: AbortSignal;
}

/** A limit of the provider: calls that share `key` share a token bucket. */
export interface RateLimit {
  readonly key: string;
  readonly perSecond: number;
  /** Calls that may follow each other at once after a quiet time. */
  readonly burst: number;
}

/**
 * A place that messages go to: a plain object made by `defineSink`. The host gives it durable lanes, order, retries,
 * rate limits, parking, dead letters, receipts, metrics and configuration.
 */
export interface Sink<Environment = never, Config = unknown, Rendered = unknown> {
  /** Its folder, and the value of SINK that starts its process. */
  readonly name: string;
  /** The `sink` of the integrations that go through it, where that is not its name. */
  readonly serves?: string;
  readonly sources: readonly SourceName[];
  /** `current-state`: one message an incident, edited. `each-event`: one call an event, in order. */
  readonly coalescing: 'current-state' | 'each-event';
  /** Whether the same call twice has the effect of one, so that a lost answer may simply be tried again. */
  readonly repeatable: { readonly post: boolean; readonly update: boolean };
  /** The variables it reads, each with its default and `.describe()`d. */
  readonly environment: Readonly<Record<string, z.ZodType>>;
  /** The plain settings of an integration (`data` of its events). */
  readonly config: z.ZodType<Config>;
  /** Names of the sealed settings. */
  readonly secretFields: readonly string[];
  /** The message as the provider takes it. Pure. */
  render(message: Message): Rendered;
  /** The provider, as this installation reaches it. */
  open(environment: Environment): Target<Config, Rendered>;
}

/** An opened sink. Its methods never throw; the host bounds their time. */
export interface Target<Config = unknown, Rendered = unknown> {
  /** Least time between two updates of one message, milliseconds. */
  readonly updateInterval: number;
  /** The limits that a call of `action` counts against. `credential` stands for the secrets without showing them. */
  limits(action: Action, config: Config, credential: string): readonly RateLimit[];
  /** Sends a message: a first time, or as an edit of what `receipt` names. */
  send(rendered: Rendered, receipt: Receipt | undefined, call: Call<Config>): Promise<Outcome>;
  /**
   * Looks, without any effect that people see, whether the provider would take messages again after it refused them with
   * `code`, or (with an empty one) failed all the time.
   */
  probe(code: string, call: Call<Config>): Promise<Probe>;
  /** Ends its connections. */
  close(): Promise<void>;
}

/** Declares a sink. */
export function defineSink<Environment, Config, Rendered>(
  sink: Sink<Environment, Config, Rendered>,
): Sink<Environment, Config, Rendered> {
  return sink;
}
