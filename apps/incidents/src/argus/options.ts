import { BODY_TYPES } from './body.js';

interface Described {
  readonly type: string;
  readonly required: boolean;
  readonly read_only: boolean;
  readonly label: string;
}

const readOnly = (type: string, label: string): Described => ({ type, required: false, read_only: true, label });
const may = (type: string, label: string): Described => ({ type, required: false, read_only: false, label });
const must = (type: string, label: string): Described => ({ type, required: true, read_only: false, label });

const INCIDENT: Readonly<Record<string, Described>> = {
  pk: readOnly('integer', 'ID'),
  start_time: must('datetime', 'Start time'),
  end_time: may('datetime', 'End time'),
  source: may('field', 'Source'),
  source_incident_id: may('string', 'Source incident ID'),
  details_url: may('string', 'Details URL'),
  description: may('string', 'Description'),
  level: may('choice', 'Level'),
  ticket_url: may('url', 'Ticket URL'),
  metadata: may('field', 'Metadata'),
  tags: must('field', 'Tags'),
  stateful: readOnly('boolean', 'Stateful'),
  open: readOnly('boolean', 'Open'),
  acked: readOnly('boolean', 'Acked'),
};

const EVENT: Readonly<Record<string, Described>> = {
  pk: readOnly('integer', 'ID'),
  incident: readOnly('field', 'Incident'),
  actor: readOnly('nested object', 'Actor'),
  timestamp: may('datetime', 'Timestamp'),
  received: readOnly('datetime', 'Received'),
  type: must('choice', 'Type'),
  description: may('string', 'Description'),
};

const ACK: Readonly<Record<string, Described>> = {
  pk: readOnly('field', 'Pk'),
  event: readOnly('nested object', 'Event'),
  timestamp: must('datetime', 'Timestamp'),
  description: may('string', 'Description'),
  expiration: may('datetime', 'Expiration'),
};

const FIELDS: readonly (readonly [RegExp, Readonly<Record<string, Described>>])[] = [
  [/\/incidents\/(?:mine\/|\d+\/)?$/, INCIDENT],
  [/\/incidents\/\d+\/events\/$/, EVENT],
  [/\/incidents\/\d+\/acks\/(?:\d+\/)?$/, ACK],
];

/** The answer to OPTIONS: what a path is, what it reads and writes, and the fields of its bodies (reference 1.3). */
export function describeOptions(path: string, methods: readonly string[]): object {
  const fields = FIELDS.find(([pattern]) => pattern.test(path))?.[1];
  const writes = methods.filter((method) => method === 'POST' || method === 'PUT');
  return {
    name: nameOf(path),
    description: '',
    renders: ['application/json'],
    parses: BODY_TYPES,
    ...(fields && writes.length > 0 ? { actions: Object.fromEntries(writes.map((method) => [method, fields])) } : {}),
  };
}

/** `Incident List`, `Event Instance`: by the last word of the path, and whether a key follows. */
function nameOf(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  const key = /^\d+$/.test(segments.at(-1) ?? '') ? segments.pop() : undefined;
  const word = (segments.at(-1) ?? 'api')
    .replace(/s$/, '')
    .replace(/[^A-Za-z]+/g, ' ')
    .trim();
  return `${word.charAt(0).toUpperCase()}${word.slice(1)} ${key === undefined ? 'List' : 'Instance'}`;
}
