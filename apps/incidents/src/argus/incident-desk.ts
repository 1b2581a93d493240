import { Injectable } from '@nestjs/common';
import { Clock, type Instant } from '#libs/core';
import { Store } from '#libs/store';
import { reading } from '../api/reading.js';
import { IncidentsConfig } from '../config.js';
import { type IncidentDocument } from '../projections/incidents/incidents.document.js';
import { type IncidentEventDocument } from '../projections/incidents/incidents.events.js';
import { type IncidentFilter } from '../projections/incidents/incidents.filter.js';
import { findIncident, findIncidents } from '../projections/incidents/incidents.query.js';
import { Registry, type SourceSystem } from '../sources/registry.js';
import { missing } from './argus-error.js';
import { type ArgusRequest } from './asked.js';
import { type Told } from './refusals.js';
import { Serializers } from './serializers.js';

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

  /** @throws ArgusError 404 */
  async one(organizationId: string, pk: number): Promise<IncidentDocument> {
    const found = await reading(() => findIncident(this.store, organizationId, String(pk), this.now()));
    if (found) return found;
    throw missing('Incident');
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
