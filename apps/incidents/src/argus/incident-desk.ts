import { Injectable } from '@nestjs/common';
import { Clock, type Instant } from '#libs/core';
import { Store } from '#libs/store';
import { reading } from '../api/reading.js';
import { IncidentsConfig } from '../config.js';
import { findIncidentAsOf, findTimelineAsOf } from '../history/incidents-as-of.js';
import { type Moment } from '../history/moment.js';
import { type IncidentDocument } from '../projections/incidents/incidents.document.js';
import {
  acknowledgementsOf,
  eventDocumentOf,
  type IncidentEventDocument,
  newestFirst,
} from '../projections/incidents/incidents.events.js';
import { type IncidentFilter } from '../projections/incidents/incidents.filter.js';
import {
  findAcknowledgements,
  findIncident,
  findIncidentEvents,
  findIncidents,
} from '../projections/incidents/incidents.query.js';
import { Registry, type SourceSystem } from '../sources/registry.js';
import { missing } from './argus-error.js';
import { type ArgusRequest } from './asked.js';
import { momentAsked } from './moment-asked.js';
import { type Told } from './refusals.js';
import { Serializers } from './serializers.js';

/** Of one incident at a moment of the past. */
const MOST_EVENTS = 100_000;

/** What the controllers of the Argus API share: incidents with their sources, as they are shown now. */
@Injectable()
export class IncidentDesk {
  readonly zone: string;
  readonly show: Serializers;

  constructor(
    readonly store: Store,
    private readonly registry: Registry,
    private readonly clock: Clock,
    config: IncidentsConfig,
  ) {
    this.zone = config.argusTimeZone;
    this.show = new Serializers(this.zone);
  }

  now(): Instant {
    return this.clock.now();
  }

  /** The moment of the past that is asked for. @throws ArgusError 400 */
  moment({ query }: Pick<ArgusRequest, 'query'>): Moment | undefined {
    return momentAsked(query, this.zone);
  }

  /** @throws ArgusError 404 */
  async one(organizationId: string, pk: number, moment?: Moment): Promise<IncidentDocument> {
    const [{ store }, id] = [this, String(pk)];
    const found = await reading(() =>
      moment
        ? findIncidentAsOf(store, organizationId, id, moment)
        : findIncident(store, organizationId, id, this.now()),
    );
    if (found) return found;
    throw missing('Incident');
  }

  /** The newest first. */
  async eventsOf(organizationId: string, incidentId: string, moment?: Moment) {
    if (!moment) return reading(() => findIncidentEvents(this.store, organizationId, incidentId));
    const timeline = await this.timelineAsOf(organizationId, incidentId, moment);
    const events = timeline.flatMap((entry) => eventDocumentOf(entry) ?? []);
    return newestFirst(events, (event) => event);
  }

  /** The newest first. */
  async acksOf(organizationId: string, incidentId: string, moment?: Moment) {
    if (!moment) return reading(() => findAcknowledgements(this.store, organizationId, incidentId));
    return acknowledgementsOf(await this.timelineAsOf(organizationId, incidentId, moment));
  }

  private timelineAsOf(organizationId: string, incidentId: string, moment: Moment) {
    return reading(() => findTimelineAsOf(this.store, organizationId, incidentId, 0, MOST_EVENTS, moment));
  }

  /** Without an end; at most `limit`, the newest first. */
  async all(organizationId: string, filter: Omit<IncidentFilter, 'now'>, limit: number) {
    const page = { order: 'desc', limit } as const;
    const found = await reading(() => findIncidents(this.store, organizationId, { ...filter, now: this.now() }, page));
    return found.map(({ incident }) => incident);
  }

  /** As version 1 or 2 shows it; answers to PUT and PATCH are those of version 2 in both. */
  async shown({ principal, version }: ArgusRequest, incident: IncidentDocument, { whole = version === 2 } = {}) {
    const sources = await this.sourcesOf(principal.organizationId, [incident]);
    return this.show.incident(incident, sources(incident), { metadata: whole });
  }

  async shownAll({ principal, version }: ArgusRequest, incidents: readonly IncidentDocument[]) {
    const sources = await this.sourcesOf(principal.organizationId, incidents);
    return incidents.map((one) => this.show.incident(one, sources(one), { metadata: version === 2 }));
  }

  /** Events of one incident. */
  async shownEvents(organizationId: string, incident: IncidentDocument, events: readonly IncidentEventDocument[]) {
    const source = await this.sourceOf(organizationId, incident);
    return events.map((event) => this.show.event(event, source));
  }

  async sourceOf(organizationId: string, incident: IncidentDocument): Promise<SourceSystem> {
    return (await this.sourcesOf(organizationId, [incident]))(incident);
  }

  /** The sources as they are called now. */
  async sourcesOf(
    organizationId: string,
    incidents: readonly IncidentDocument[],
  ): Promise<(incident: IncidentDocument) => SourceSystem> {
    const pks = new Set(incidents.flatMap(({ source }) => source.pk ?? []));
    const known = await this.registry.sourcesByPk(organizationId, pks);
    return ({ source }) => known.get(source.pk ?? 0) ?? unregistered(source);
  }

  /** Words of refusals for the caller of `asked`. */
  told({ origin, version }: ArgusRequest): Told {
    return {
      acksUrl: (pk) => `${origin}/api/v${version}/incidents/${pk}/acks/`,
      time: (at) => this.show.time(at),
    };
  }
}

/** A source from before sources had keys. */
function unregistered({ id, pk = 0, name, type }: IncidentDocument['source']): SourceSystem {
  return { id, pk, name, type, baseUrl: '', userPk: 0, username: name };
}
