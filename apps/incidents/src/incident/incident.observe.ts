import { type IncidentObserved, type PayloadOf } from '#libs/contracts';
import { type Instant, microsOf } from '#libs/core';
import { levelChange } from './incident.attributes.js';
import { type Commanded, type IssueSeen, type Observe } from './incident.commands.js';
import { type Incident, type IncidentEvent } from './incident.js';
import { isOpen } from './incident.moment.js';

/** What every event after the first has. */
type Common = (
  state: Incident,
  command: Commanded,
  timestamp: Instant,
  eventPk?: number,
  at?: number,
) => Pick<PayloadOf<typeof IncidentObserved>, 'incidentId' | 'pk' | 'sequence'> & { readonly timestamp: Instant };

/**
 * An issue that was seen again shows its latest values: one `IncidentObserved`, which is no event in Argus, so that no
 * list of events fills up with measurements, and not one for every sample of an old issue; and one `IncidentChanged`, which is one, when it has become more or less
 * severe. What is not newer than what is known, and what is said of an issue that is over or of an incident that somebody
 * has closed, changes nothing. A description or level that a person has written stays until the issue itself says
 * another: only what the issue last said is written over.
 */
export function observe(command: Observe, state: Incident, common: Common): readonly IncidentEvent[] {
  const { issue, at, description, metadata, level, eventPk, now } = command;
  if (!state.issue || state.issue.final || issue.sequence <= state.issue.sequence || !isOpen(state, now)) return [];
  if (issue.severity === state.issue.severity && isSoon(at, state)) return [];
  const isOurs = state.description === state.issue.said;
  const payload = { ...common(state, command, at), ...(isOurs ? { description } : {}), metadata, issue };
  const seen: IncidentEvent = { name: 'IncidentObserved', payload, recordedAt: now };
  if (issue.severity === state.issue.severity || level === state.level) return [seen];
  const change = { ...common(state, command, at, eventPk, 1), ...levelChange(level, state) };
  return [seen, { name: 'IncidentChanged', payload: change, recordedAt: now }];
}

/** Most time between two observations that are shown, microseconds: as often as sinks edit a message. */
const CALM = 300_000_000;
/** The part of the issue's age that has to lie between two observations that are shown. */
const PART = 20;

/** A disk that has been full for a day is no news every 15 s: the older the issue, the fewer of its observations are kept. */
function isSoon(at: Instant, { startTime, issue }: Incident): boolean {
  const since = microsOf(at) - microsOf(issue?.at ?? startTime);
  return since < Math.min(CALM, (microsOf(at) - microsOf(startTime)) / PART);
}

/** What an observation makes of the incident. */
export function observed(
  { description, metadata, issue, timestamp }: PayloadOf<typeof IncidentObserved>,
  state: Incident,
): Partial<Incident> {
  const said = description ?? state.issue?.said;
  return { ...(description === undefined ? {} : { description }), metadata, issue: { ...issue, said, at: timestamp } };
}

/** How far its issue is known after an event that may tell of it. */
export function known(issue: IssueSeen | undefined, state: Incident): Pick<Incident, 'issue'> {
  return issue ? { issue: { ...state.issue, ...issue } } : {};
}
