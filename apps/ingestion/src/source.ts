import { type Instant } from '#libs/core';

/** What a translation has to know besides the body. Time is passed in. */
export interface SourceContext {
  /** The alert partition that the request was posted to; empty where the path names none. */
  readonly partition: string;
  readonly now: Instant;
  /** The caller's. A body may name no other. */
  readonly organizationId: string;
  readonly projectId: string;
  /** Alert partitions that the caller may write to; null for all. */
  readonly partitions: readonly string[] | null;
  /** Whether the caller may configure, which a monitoring system may not. */
  readonly mayConfigure?: boolean;
}

/** One fact of a body, about to become an event. */
export interface Draft {
  /** Place of its item in the body, from 0. */
  readonly index: number;
  readonly name: string;
  /** As it will lie on the log. */
  readonly payload: unknown;
  readonly schemaVersion: number;
  readonly time: Instant;
  /** Id of its stream; absent when it has none and stands for itself. */
  readonly subject?: string | undefined;
  /** What the sender gave of the metadata. */
  readonly given?: Given | undefined;
}

export interface Given {
  readonly id?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly causationId?: string | undefined;
  readonly versions?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Why something was refused: of the wrong type, absent, of a wrong format, against a rule, too large, not allowed to
 * this caller, or in conflict with what was sent before.
 */
export type RefusalKind = 'type' | 'required' | 'format' | 'rule' | 'size' | 'forbidden' | 'conflict';

export class Refusal {
  constructor(
    readonly kind: RefusalKind,
    /** Begins with the field. */
    readonly reason: string,
  ) {}
}

/** An item that is not even JSON: a bad line among good ones. */
export class Unreadable {
  constructor(readonly reason: string) {}
}

export interface Rejection {
  readonly index: number;
  readonly reason: string;
  readonly kind: RefusalKind;
}

/** What a body came to: items in their order, each accepted or rejected; or a refusal of the body as a whole. */
export interface Translation {
  readonly accepted: readonly Draft[];
  readonly rejected: readonly Rejection[];
  readonly refusal?: Refusal;
}

/** One format that comes in over HTTP. */
export interface Source {
  readonly name: string;
  /** One sentence for the documentation. */
  readonly says: string;
  /** Where its bodies are posted. */
  readonly path: string;
  /** Set where its items are samples: they go to the telemetry topic. */
  readonly topic?: 'telemetry';
  /** Whether this is its format. Of the sources with one path the first that says so translates. */
  recognises(body: unknown): boolean;
  /** Turns a body into drafts. Never throws, reads no clock and no randomness. */
  translate(body: unknown, context: SourceContext): Translation;
}

export function defineSource(source: Source): Source {
  return source;
}

/** The translation of a body of which nothing can be used. */
export function refused(kind: RefusalKind, reason: string): Translation {
  return { accepted: [], rejected: [], refusal: new Refusal(kind, reason) };
}

/** Translates item by item: what one of them lacks costs the others nothing. */
export function translateEach(
  items: readonly unknown[],
  translate: (item: unknown, index: number) => Draft | Refusal,
): Translation {
  const accepted: Draft[] = [];
  const rejected: Rejection[] = [];
  for (let index = 0; index < items.length; index++) {
    const outcome = translate(items[index], index);
    if (outcome instanceof Refusal) rejected.push({ index, kind: outcome.kind, reason: outcome.reason });
    else accepted.push(outcome);
  }
  return { accepted, rejected };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
