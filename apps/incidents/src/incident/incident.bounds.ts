import { BY_COMMAND, type IncidentCommand, type NewIncident } from './incident.commands.js';
import { type Json } from './incident.js';
import { type Refusal } from './incident.refusals.js';

/**
 * Longest values, in bytes of their JSON text. Chosen so that an event with the old and the new value stays below the
 * 1,000,000 bytes that the log takes.
 */
const BYTES = {
  description: 262_144,
  metadata: 262_144,
  tags: 131_072,
  detailsUrl: 8_192,
  ticketUrl: 8_192,
  sourceIncidentId: 4_096,
} as const;

const MAX_TAGS = 512;
const MAX_DEPTH = 32;

type Field = keyof typeof BYTES;

/** The first value of a command that cannot be kept, with its field; undefined where all can. */
export function valueFault(command: IncidentCommand): Refusal | undefined {
  switch (command.type) {
    case 'open':
      return BY_COMMAND.has(command.incident.origin) ? faultOf(command.incident) : undefined;
    case 'change':
      return faultOf(command.changes);
    case 'post':
    case 'acknowledge':
      return faultOf({ description: command.description });
    case 'addTag':
    case 'removeTag':
      return faultOf({ tags: [command.tag] });
    case 'close':
    case 'observe':
    case 'changeAcknowledgement':
    case 'delete':
      return undefined;
  }
}

function faultOf(
  values: Partial<Pick<NewIncident, Field>> | { tags?: readonly string[] | undefined },
): Refusal | undefined {
  for (const [field, value] of Object.entries(values)) {
    if (value === undefined || !(field in BYTES)) continue;
    const message = complaintOf(field as Field, value as Json);
    if (message !== undefined) return { code: 'invalid', field, message };
  }
  return undefined;
}

function complaintOf(field: Field, value: Json): string | undefined {
  if (field === 'tags' && (value as Json[]).length > MAX_TAGS) return `Ensure this list has at most ${MAX_TAGS} items.`;
  if (deeperThan(value, MAX_DEPTH)) return `Ensure this value is nested at most ${MAX_DEPTH} levels deep.`;
  const json = JSON.stringify(value);
  if (json.length > BYTES[field] || Buffer.byteLength(json) > BYTES[field]) {
    return `Ensure this value takes at most ${BYTES[field]} bytes.`;
  }
  // JSON writes NUL and halves of surrogate pairs as escapes; a text that shows one as itself has a backslash before it.
  if (!json.includes('\\u')) return undefined;
  return textFault(value);
}

/** PostgreSQL keeps no NUL, and UTF-8 no half of a surrogate pair. */
function textFault(value: Json): string | undefined {
  if (typeof value === 'string') {
    if (value.includes('\0')) return 'Null characters are not allowed.';
    return value.isWellFormed() ? undefined : 'Surrogate characters are not allowed.';
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, one] of Object.entries(value)) {
    const fault = textFault(key) ?? textFault(one);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function deeperThan(value: Json, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (limit === 0) return true;
  return Object.values(value).some((one) => deeperThan(one, limit - 1));
}
