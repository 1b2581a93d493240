import { type EventEnvelope } from '#libs/contracts';
import { printable } from '../output.js';

/** What `events tail` keeps: all that is given must match. */
export interface EventFilter {
  readonly names: readonly string[];
  readonly subject?: string | undefined;
  readonly contains?: string | undefined;
}

/** Whether an event passes; `contains` looks into the JSON of the payload, in any case. */
export function matches(event: EventEnvelope, filter: EventFilter): boolean {
  if (filter.names.length > 0 && !filter.names.includes(event.name)) return false;
  if (filter.subject !== undefined && !event.metadata.subject.includes(filter.subject)) return false;
  return (
    filter.contains === undefined || JSON.stringify(event.payload).toLowerCase().includes(filter.contains.toLowerCase())
  );
}

/** One event in one line for a person: time, place on the log, name, subject, and what it says. */
export function eventLine(event: EventEnvelope, position: { partition: number; offset: number }): string {
  const place = `${position.partition}/${position.offset}`.padEnd(10);
  const { time, subject } = event.metadata;
  return [time, place, event.name.padEnd(20), printable(subject), printable(summaryOf(event.payload))]
    .join('  ')
    .trimEnd();
}

const TELLING = ['status', 'state', 'reason', 'level', 'description', 'title', 'message', 'severity'];

function summaryOf(payload: unknown): string {
  if (typeof payload !== 'object' || payload === null) return '';
  const fields = payload as Record<string, unknown>;
  const labels = fields['labels'] as Record<string, unknown> | undefined;
  const told = TELLING.filter((key) => ['string', 'number'].includes(typeof fields[key])).map(
    (key) => `${key}=${String(fields[key])}`,
  );
  const alert = typeof labels?.['alertname'] === 'string' ? [`alert=${labels['alertname']}`] : [];
  return [...alert, ...told].join(' ').slice(0, 200);
}
