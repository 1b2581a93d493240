import { type CommandResult, type Done } from '../commands/incident-commands.js';
import { type Refusal } from '../incident/incident.refusals.js';
import { type ArgusError, invalid, invalidObject, missing, refused } from './argus-error.js';
import { REQUIRED } from './fields.js';
import { TAG_FAULTS } from './tags.js';

/** What Argus' words depend on besides the refusal. */
export interface Told {
  /** Where acknowledgements of an incident are posted, whole. */
  acksUrl(pk: number): string;
  /** A time as the API shows it. */
  time(at: string): string;
}

/** @throws ArgusError for a command that was refused */
export function done(result: CommandResult, told: Told): Done {
  if (result.refusal) throw errorOf(result.refusal, told);
  return result;
}

/** A refusal in Argus' words: reference argus.md 1.3, 1.6, 1.7, 1.8 and 2. */
export function errorOf(refusal: Refusal, told: Told): ArgusError {
  switch (refusal.code) {
    case 'unknown-incident':
      return missing('Incident');
    case 'unknown-acknowledgement':
      return missing('Acknowledgement');
    case 'unknown-tag':
      return missing('Tag');
    case 'wrong-role':
      return invalid({ type: `${WHO[refusal.kind]} cannot post events of type '${refusal.type}'.` });
    case 'acknowledge-elsewhere': {
      const url = told.acksUrl(refusal.pk);
      return invalid({ type: `Acknowledgements of this incidents should be posted through ${url}.` });
    }
    case 'timestamp-required':
      return invalid({ timestamp: [REQUIRED] });
    case 'already-closed':
      return invalid({ type: 'The incident is already closed.' });
    case 'already-open':
      return invalid({ type: 'The incident is already open.' });
    case 'stateless':
      return invalid({ type: 'Cannot change the state of a stateless incident.' });
    case 'end-before-start':
      return invalidObject("'end_time' cannot be before 'start_time'.");
    case 'expiration-before-timestamp':
      return invalidObject("'expiration' is earlier than creation timestamp.");
    case 'expiration-past':
      return invalid({
        expiration: [`'expiration' must be later than current moment (${told.time(refusal.now)}) or null.`],
      });
    case 'acknowledgement-expired':
      return invalid(['Cannot change expired Acknowledgement']);
    case 'not-own':
      return refused(403, { detail: NOT_OWN_INCIDENT });
    case 'tags-not-own':
      return invalid(Object.fromEntries(refusal.tags.map((tag) => [tag, NOT_OWN])));
    case 'bad-tag':
      return invalid({ tags: { [refusal.index]: { tag: TAG_FAULTS[refusal.fault] } } });
    case 'duplicate-source-incident-id':
      return invalid([duplicate(refusal)]);
    case 'invalid':
      return invalid({ [FIELDS[refusal.field] ?? refusal.field]: [refusal.message] });
  }
}

const WHO = { source: 'A source system', person: 'An end user' } as const;
const NOT_OWN_INCIDENT = 'Only the source of an incident and superusers may delete it.';
const NOT_OWN = "Cannot remove this tag when you're not the one who added it.";
const FIELDS: Readonly<Record<string, string>> = {
  detailsUrl: 'details_url',
  ticketUrl: 'ticket_url',
  sourceIncidentId: 'source_incident_id',
};

/** Clients look for `source_incident_id` and "already exists" (reference 8, 9.2). */
function duplicate({ sourceIncidentId, sourcePk }: { sourceIncidentId: string; sourcePk: number }): string {
  return (
    'This source has an incident of that id, open or closed. ' +
    `Key (source_incident_id, source_id)=(${sourceIncidentId}, ${sourcePk}) already exists.`
  );
}
