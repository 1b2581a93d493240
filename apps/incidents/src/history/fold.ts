import { compareInstants } from '#libs/core';
import { type Incident, incidentDecider, type IncidentEvent } from '../incident/incident.js';
import { type TimelineEntry } from '../projections/incidents/incidents.projection.js';
import { isRemark } from '../projections/incidents/incidents.write.js';
import { type Said } from '../projections/incidents/incidents.rows.js';
import { type Moment } from './moment.js';

/** An incident at a moment, and what a row of it holds beside. */
export interface Past extends Said {
  readonly incident: Incident;
}

/** Whether an event counts at a moment: it was written down by then, or had happened by then. */
export function countsAt({ time, recordedAt }: Pick<TimelineEntry, 'time' | 'recordedAt'>, moment: Moment): boolean {
  return compareInstants(moment.known === 'at' ? recordedAt : time, moment.asOf) <= 0;
}

/**
 * The incident that the events make which count at the moment, in order of their sequence; undefined where it was not
 * opened yet. What happened late was decided with all in view that was known, so it comes in the order in which it was
 * decided: at the present moment both ways of knowing are the present state.
 */
export function pastOf(timeline: readonly TimelineEntry[], moment: Moment): Past | undefined {
  let incident: Incident | undefined;
  let said = '';
  let happenedAt = '';
  let count = 0;
  for (const entry of timeline) {
    if (!countsAt(entry, moment)) continue;
    incident = incidentDecider.evolve(incident, eventOf(entry));
    if (!incident) continue;
    const { description } = entry.payload as { description?: string };
    if (isRemark(entry.name) && description) said += `\n${description}`;
    if (happenedAt === '' || compareInstants(entry.time, happenedAt) > 0) happenedAt = entry.time;
    count += 1;
  }
  // Its number of events: with gaps in what counts, the last sequence says more than there is.
  return (
    incident && {
      incident: { ...incident, sequence: moment.known === 'now' ? count : incident.sequence },
      said,
      happenedAt,
    }
  );
}

function eventOf({ name, payload, recordedAt }: TimelineEntry): IncidentEvent {
  return { name, payload, recordedAt } as IncidentEvent;
}
