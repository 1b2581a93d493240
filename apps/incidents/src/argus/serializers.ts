import { type IncidentEventType } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { type AcknowledgementDocument, type IncidentEventDocument } from '../projections/incidents/incidents.events.js';
import { type IncidentDocument } from '../projections/incidents/incidents.document.js';
import { type SourceSystem } from '../sources/registry.js';
import { printDatetime } from './datetime.js';
import { joinedUrl } from './url.js';

/** What clients take apart with `**kwargs`: a key more breaks them (reference argus.md 5.2). */
export function sourceOf({ pk, name, type, userPk, baseUrl }: SourceSystem) {
  return { pk, name, type: { name: type }, user: userPk, base_url: baseUrl };
}

/** Names of the event types: reference argus.md 2. */
export const EVENT_TYPES: Readonly<Record<IncidentEventType, string>> = {
  STA: 'Incident start',
  END: 'Incident end',
  RES: 'Incident restart',
  CHI: 'Incident change',
  CLO: 'Close',
  REO: 'Reopen',
  ACK: 'Acknowledge',
  OTH: 'Other',
  LES: 'Stateless',
};

/** Makes the answers of Argus of ours; times are in `zone`. */
export class Serializers {
  constructor(private readonly zone: string) {}

  /** Version 1 has no `metadata`, but in the answer to PUT and PATCH (reference 1.3). */
  incident(incident: IncidentDocument, source: SourceSystem, { metadata }: { metadata: boolean }) {
    return {
      pk: incident.pk,
      start_time: this.time(incident.startTime),
      end_time: this.end(incident.endTime),
      source: sourceOf(source),
      source_incident_id: incident.sourceIncidentId,
      details_url: joinedUrl(incident.detailsUrl, source.baseUrl),
      description: incident.description,
      level: incident.level,
      ticket_url: incident.ticketUrl,
      ...(metadata ? { metadata: incident.metadata } : {}),
      tags: incident.tags.map(({ tag, addedBy, addedTime }) => ({
        added_by: addedBy ?? source.userPk,
        added_time: this.time(addedTime),
        tag,
      })),
      stateful: incident.stateful,
      open: incident.open,
      acked: incident.acked,
    };
  }

  /** Clients read `actor.username` unasked: an event of nobody is the source's. */
  event(
    { pk, incidentPk, actor, timestamp, received, type, description }: IncidentEventDocument,
    source: SourceSystem,
  ) {
    return {
      pk,
      incident: incidentPk,
      actor: { pk: actor?.userPk ?? source.userPk, username: actor?.username ?? source.username },
      timestamp: this.time(timestamp),
      received: this.time(received),
      type: { value: type, display: EVENT_TYPES[type] },
      description,
    };
  }

  acknowledgement({ pk, event, expiration }: AcknowledgementDocument, source: SourceSystem) {
    return { pk, event: this.event(event, source), expiration: expiration === null ? null : this.time(expiration) };
  }

  time(at: Instant): string {
    return printDatetime(at, this.zone);
  }

  private end(endTime: IncidentDocument['endTime']): string | null {
    return endTime === null || endTime === 'infinity' ? endTime : this.time(endTime);
  }
}
