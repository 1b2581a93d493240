import { Injectable } from '@nestjs/common';
import { reading } from '../api/reading.js';
import { findIncidentsAsOf } from '../history/incidents-as-of.js';
import { type IncidentFilter } from '../projections/incidents/incidents.filter.js';
import { countIncidents, findIncidents } from '../projections/incidents/incidents.query.js';
import { Registry } from '../sources/registry.js';
import { invalid } from './argus-error.js';
import { type ArgusRequest } from './asked.js';
import { readFilter } from './filters.js';
import { IncidentDesk } from './incident-desk.js';
import { isRowId, pageAnswer, pageAsked } from './pages.js';

/** Lists of incidents: filters, pages, and the count (reference argus.md 1.2 to 1.4). */
@Injectable()
export class IncidentList {
  constructor(
    private readonly desk: IncidentDesk,
    private readonly registry: Registry,
  ) {}

  /** @throws ArgusError 400 for a filter, 404 for a cursor */
  async all(asked: ArgusRequest): Promise<object> {
    const { nothing, ...filter } = readFilter(asked.query, { mine: false, zone: this.desk.zone });
    await this.refuseUnknownTypes(asked, filter.sourceTypes ?? []);
    return this.answer(asked, nothing ? NOTHING : filter);
  }

  /** Of the caller's own source; of somebody without one there are none. @throws as `all` */
  async mine(asked: ArgusRequest): Promise<object> {
    const { nothing, ...filter } = readFilter(asked.query, { mine: true, zone: this.desk.zone });
    const { source } = await this.registry.identityOf(asked.principal);
    return this.answer(asked, source && !nothing ? { ...filter, sourcePks: [source.pk] } : NOTHING);
  }

  private async answer(asked: ArgusRequest, narrowed: Omit<IncidentFilter, 'now'>): Promise<object> {
    const { store } = this.desk;
    const { organizationId } = asked.principal;
    const moment = this.desk.moment(asked);
    const filter = { ...narrowed, now: moment?.asOf ?? this.desk.now() };
    if (moment && asked.query.has('count')) throw invalid({ count: ['There is no count of the past.'] });
    if (asked.query.has('count')) {
      const count = await reading(() => countIncidents(store, organizationId, filter));
      return { count, params: Object.fromEntries(asked.query) };
    }
    const page = pageAsked(asked.query, isRowId);
    const { size, from, backwards } = page;
    const order = backwards ? 'asc' : 'desc';
    const place = { order, limit: size + 1, after: from } as const;
    const rows = await reading(() =>
      moment
        ? findIncidentsAsOf(store, organizationId, filter, place, moment)
        : findIncidents(store, organizationId, filter, place),
    );
    const answer = pageAnswer(asked, page, rows, ({ startTime, id }) => [startTime, id]);
    return {
      ...answer,
      results: await this.desk.shownAll(
        asked,
        answer.results.map(({ incident }) => incident),
      ),
    };
  }

  private async refuseUnknownTypes({ principal }: ArgusRequest, types: readonly string[]): Promise<void> {
    if (types.length === 0) return;
    const sources = await this.registry.sources(principal.organizationId);
    const known = new Set(sources.map(({ type }) => type));
    const unknown = types.find((type) => !known.has(type));
    if (unknown === undefined) return;
    const sentence = `Select a valid choice. ${unknown} is not one of the available choices.`;
    throw invalid({ source__type__in: [sentence] });
  }
}

/** No incident has one of no keys. */
const NOTHING = { pks: [] } as const;
