import { type Problem, problem } from '#libs/runtime';
import { type FastifyReply } from 'fastify';
import { type Ingested } from '../ingest.pipeline.js';
import { type Receipt } from '../publishing.js';
import { type RefusalKind, type Rejection } from '../source.js';

/** An item that was not taken, and why. */
export interface RejectedItem {
  readonly index: number;
  readonly reason: string;
}

export interface AlertsAnswer {
  readonly accepted: number;
  readonly rejected: readonly RejectedItem[];
}

export interface EventsAnswer {
  readonly accepted: readonly Receipt[];
  readonly rejected: readonly RejectedItem[];
}

const MOST_FIELDS = 20;

/** Sends an answer as the text that it is: a value would pass through two serialisers' preparations first. */
export function send(reply: FastifyReply, status: number, answer: object): void {
  void reply.code(status).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(answer));
}

/**
 * What a webhook hears. It repeats a 4xx for ever and mends nothing (reference assisted-and-ses C2), so that is for
 * bodies of which nothing can be used. @throws Problem 400, 413
 */
export function alertsAnswer({ receipts, rejected, refusal }: Ingested): AlertsAnswer {
  if (refusal) throw refusedBody(refusal);
  if (receipts.length === 0 && rejected.length > 0) throw nothingUsable(400, rejected, 'alerts.');
  return { accepted: receipts.length, rejected: shown(rejected) };
}

/**
 * What a sender of samples hears: 202 also where none could be used, for each is judged alone and none shall come again.
 * @throws Problem 400, 413 for a body that is no list of samples
 */
export function samplesAnswer({ receipts, rejected, refusal }: Ingested): AlertsAnswer {
  if (refusal) throw refusedBody(refusal);
  return { accepted: receipts.length, rejected: shown(rejected) };
}

/** What a sender of events hears. @throws Problem 400, 403, 413, 422 when none was accepted, naming the fields */
export function eventsAnswer({ receipts, rejected, refusal }: Ingested, single: boolean): EventsAnswer {
  if (refusal) throw refusedBody(refusal);
  if (receipts.length > 0 || rejected.length === 0) return { accepted: receipts, rejected: shown(rejected) };
  const [first] = rejected;
  const status = rejected.every(({ kind }) => kind === first?.kind) ? statusOf(first!.kind) : 400;
  throw nothingUsable(status, rejected, single ? undefined : '');
}

function shown(rejected: readonly Rejection[]): readonly RejectedItem[] {
  return rejected.map(({ index, reason }) => ({ index, reason }));
}

/** The answer to a body of which nothing can be used. */
export function refusedBody({ kind, reason }: { readonly kind: RefusalKind; readonly reason: string }): Problem {
  return problem(statusOf(kind), kind === 'size' ? 'Too large' : 'Malformed body', { detail: reason });
}

function statusOf(kind: RefusalKind): number {
  switch (kind) {
    case 'type':
    case 'required':
    case 'format':
    case 'rule':
      return 400;
    case 'forbidden':
      return 403;
    case 'size':
      return 413;
    case 'conflict':
      return 422;
  }
}

/** `prefix` goes before the index of the item; undefined where the body was the item itself. */
function nothingUsable(status: number, rejected: readonly Rejection[], prefix: string | undefined): Problem {
  const fields = Object.fromEntries(rejected.slice(0, MOST_FIELDS).map((rejection) => fieldOf(rejection, prefix)));
  return problem(status, 'Nothing could be accepted', { detail: rejected[0]?.reason, fields });
}

/** A reason begins with its field, where it has one. */
function fieldOf({ index, reason }: Rejection, prefix: string | undefined): [string, string] {
  const [, field, fault] = /^([\w.@/-]{1,200}): (.*)$/s.exec(reason) ?? [];
  const item = prefix === undefined ? [] : [`${prefix}${index}`];
  return [[...item, ...(field === undefined ? [] : [field])].join('.') || 'body', fault ?? reason];
}
