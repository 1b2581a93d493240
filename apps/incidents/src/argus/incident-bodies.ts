import { type OpenIncident } from '../commands/incident-commands.js';
import { type Json } from '../incident/incident.js';
import { invalid, invalidObject } from './argus-error.js';
import { type Body } from './body.js';
import { checked, optional, required } from './fields.js';
import { datetime, endTime, json, level, text, url } from './readers.js';
import { tags } from './tags.js';

/** An incident as it is posted; `source` is what was given for it, unread. */
export interface PostedIncident {
  readonly incident: Omit<OpenIncident, 'source' | 'sourceUser'>;
  readonly source: unknown;
}

/**
 * The body of POST (reference argus.md 1.3). Version 1 has no metadata.
 * @throws ArgusError 400
 */
export function postedIncident(body: Body, { zone, version }: { zone: string; version: 1 | 2 }): PostedIncident {
  const values = checked(body, {
    start_time: required(datetime(zone)),
    end_time: optional(endTime(zone), { nullable: true }),
    ...attributes(body.form),
    tags: required(tags),
    source_incident_id: optional(text({ blank: true, max: 4096 }), { blank: true }),
  });
  if (values.end_time === '-infinity') throw invalidObject("'end_time' cannot be before 'start_time'.");
  return {
    source: body.values['source'],
    incident: {
      startTime: values.start_time,
      ...(values.end_time === undefined ? {} : { endTime: values.end_time }),
      sourceIncidentId: values.source_incident_id,
      tags: values.tags,
      detailsUrl: values.details_url,
      description: values.description,
      level: values.level,
      ticketUrl: values.ticket_url,
      ...(version === 1 ? {} : { metadata: values.metadata as Json }),
    },
  };
}

/** What PATCH and PUT may change as well. */
function attributes(form: boolean) {
  return {
    details_url: optional(text({ blank: true, max: 8192 }), { blank: true }),
    description: optional(text({ blank: true }), { blank: true }),
    level: optional(level),
    ticket_url: optional(url, { blank: true }),
    metadata: optional(json(form)),
  };
}

const CHANGEABLE = new Set(['tags', 'details_url', 'ticket_url', 'level', 'metadata', 'description']);
/** Fields of Argus' own table that nobody may change (reference 1.3, 9.6). */
const KNOWN = new Set(['id', 'start_time', 'end_time', 'source', 'source_incident_id', 'search_text', 'events']);

/**
 * The changes of PATCH, and of PUT, for which `tags` is needed.
 * @throws ArgusError 400, for every field that may not be changed as a plain sentence
 */
export function changedIncident(body: Body, { whole }: { whole: boolean }) {
  const offenders = Object.keys(body.values).filter((name) => !CHANGEABLE.has(name));
  if (offenders.length > 0) throw invalid(Object.fromEntries(offenders.map((name) => [name, why(name)])));
  const values = checked(body, { ...attributes(body.form), tags: whole ? required(tags) : optional(tags) });
  return {
    level: values.level,
    description: values.description,
    detailsUrl: values.details_url,
    ticketUrl: values.ticket_url,
    metadata: values.metadata as Json | undefined,
    tags: values.tags,
  };
}

function why(name: string): string {
  return KNOWN.has(name) ? 'The field is not allowed to be changed.' : 'The field does not exist.';
}
