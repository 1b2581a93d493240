import { AlertFired, AlertResolved, alertSubject, fingerprintOf, type Labels } from '#libs/contracts';
import { type Instant, isZeroTime, parseInstant } from '#libs/core';
import { type Draft, isObject, Refusal } from './source.js';

/** Alerts of one body. A group beyond it comes in parts (Alertmanager's `max_alerts`). */
export const MAX_ALERTS = 10_000;

const MAX_LABELS = 256;
const MAX_NAME = 1024;
const MAX_VALUE = 16_384;
const MAX_URL = 8192;

/** What a name of a label must look like. */
export interface NameRule {
  readonly pattern: RegExp;
  readonly expected: string;
}

/** Prometheus' classic names, which Alertmanager 0.25 asks for. */
export const classicNames: NameRule = {
  pattern: /^[a-zA-Z_][a-zA-Z0-9_]*$/,
  expected: 'a name such as severity (letters, digits, _)',
};

/** Any name without control characters: what newer Alertmanagers and Grafana may send on. */
export const anyNames: NameRule = { pattern: /^[^\p{Cc}]+$/u, expected: 'a name without control characters' };

/**
 * Labels or annotations of an alert: an object of texts. `dropEmpty` removes the empty values, which are the same as
 * absent labels (reference assisted-and-ses C3).
 */
export function textsOf(value: unknown, field: string, names: NameRule, dropEmpty: boolean): Labels | Refusal {
  if (!isObject(value)) return new Refusal('type', `${field}: expected an object of texts`);
  let count = 0;
  for (const name in value) {
    const text = value[name];
    if (typeof text !== 'string') return new Refusal('type', `${field}.${shown(name)}: expected a text`);
    if (text === '' && dropEmpty) continue;
    const fault = faultOfName(name, names) ?? faultOfText(text);
    if (fault) return new Refusal('rule', `${field}.${shown(name)}: ${fault}`);
    count++;
  }
  if (count > MAX_LABELS) return new Refusal('rule', `${field}: expected at most ${MAX_LABELS} entries`);
  return dropEmpty ? withoutEmpty(value as Labels) : (value as Labels);
}

function faultOfName(name: string, names: NameRule): string | undefined {
  if (name.length > MAX_NAME) return `expected a name of at most ${MAX_NAME} characters`;
  if (name === '__proto__') return 'a name that is not allowed';
  return names.pattern.test(name) ? undefined : `expected ${names.expected}`;
}

/** What a text may not hold: too much, a NUL or half a surrogate pair, which no database column takes. */
export function faultOfText(text: string): string | undefined {
  if (text.length > MAX_VALUE) return `expected at most ${MAX_VALUE} characters`;
  if (text.includes('\u0000')) return 'expected a text without NUL characters';
  return text.isWellFormed() ? undefined : 'expected well-formed Unicode';
}

/** The labels that say something: an empty value is the same as none. Usually all of them, and then the same object. */
export function withoutEmpty(labels: Labels): Labels {
  for (const name in labels) {
    if (labels[name] === '') return Object.fromEntries(Object.entries(labels).filter(([, text]) => text !== ''));
  }
  return labels;
}

export function isEmpty(labels: Labels): boolean {
  for (const _ in labels) return false;
  return true;
}

/** A field name as a reason quotes it. */
function shown(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}…` : name;
}

/** The labels of an alert: at least one. */
export function labelsOf(value: unknown, names: NameRule): Labels | Refusal {
  if (value === undefined || value === null) return new Refusal('required', 'labels: expected an object of texts');
  const labels = textsOf(value, 'labels', names, true);
  if (labels instanceof Refusal) return labels;
  return isEmpty(labels) ? new Refusal('rule', 'labels: expected at least one') : labels;
}

/** A date-time; undefined where there is none, that is absent, empty or Go's zero time. */
export function timeOf(value: unknown, field: string): Instant | undefined | Refusal {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') return new Refusal('type', `${field}: expected a date-time (RFC 3339)`);
  if (isZeroTime(value)) return undefined;
  return parseInstant(value) ?? new Refusal('type', `${field}: expected a date-time (RFC 3339)`);
}

/** The link back to the rule. Not a link, or too long for one: left out, the alert counts more. */
export function linkOf(value: unknown): string | undefined {
  const usable = typeof value === 'string' && value !== '' && value.length <= MAX_URL && !faultOfText(value);
  return usable ? value : undefined;
}

/** An alert as its source understood it. */
export interface Alert {
  readonly index: number;
  readonly partition: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: Instant;
  readonly generatorURL: string | undefined;
  /** Further members of the payload. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** An alert that fires; `expiresAt` where it ends then unless it is said again. */
export function firedDraft(alert: Alert, expiresAt?: Instant): Draft {
  const payload = payloadOf(alert);
  if (expiresAt !== undefined) payload['expiresAt'] = expiresAt;
  return draftOf(alert, AlertFired, payload, alert.startsAt);
}

export function resolvedDraft(alert: Alert, endsAt: Instant): Draft {
  const payload = payloadOf(alert);
  payload['endsAt'] = endsAt;
  return draftOf(alert, AlertResolved, payload, endsAt);
}

function payloadOf({ partition, labels, annotations, startsAt, generatorURL, extra }: Alert): Record<string, unknown> {
  const payload: Record<string, unknown> = {
    partition,
    fingerprint: fingerprintOf(labels),
    labels,
    annotations,
    startsAt,
  };
  if (generatorURL !== undefined) payload['generatorURL'] = generatorURL;
  return extra === undefined ? payload : Object.assign(payload, extra);
}

function draftOf(
  { index, partition, labels }: Alert,
  { name, version }: { readonly name: string; readonly version: number },
  payload: unknown,
  time: Instant,
): Draft {
  return { index, name, payload, schemaVersion: version, time, subject: alertSubject(partition, labels) };
}
