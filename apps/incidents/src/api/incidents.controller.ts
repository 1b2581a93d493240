import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#libs/core';
import { Allow, Caller, decodeCursor, pageOf, type Principal, problem } from '#libs/runtime';
import { Store } from '#libs/store';
import { findIncidentAsOf, findIncidentsAsOf, findTimelineAsOf } from '../history/incidents-as-of.js';
import { type Moment } from '../history/moment.js';
import {
  findIncident,
  findIncidents,
  findTimeline,
  type FoundIncident,
  type IncidentFilter,
  type IncidentPage,
} from '../projections/incidents/incidents.query.js';
import { groupsOf, tagsOfGroup } from '../projections/incidents/incidents.groups.js';
import { answerOf } from './incidents.answer.js';
import {
  IncidentAnswer,
  IncidentQuery,
  IncidentsPage,
  IncidentsQuery,
  TimelinePage,
  TimelineQuery,
} from './incidents.dto.js';
import { momentOf, placeOf, placeValues, wrongCursor } from './moment.js';
import { reading } from './reading.js';

/** Incidents of the caller's organisation. Those of others do not exist. */
@ApiTags('incidents')
@Controller('tocsin/v1/incidents')
@Allow('admin', 'user', 'reader', 'source')
export class IncidentsController {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List incidents, the newest first; now, or as they were at an instant' })
  @ApiOkResponse({ type: IncidentsPage })
  async list(@Caller() { organizationId }: Principal, @Query() query: IncidentsQuery) {
    const { status, origin, level, minLevel, source, from, to, order, limit, cursor } = query;
    const tags = [...(query.tag ?? []), ...(query.label ?? [])];
    const given = { status, origin, level, minLevel, source, from, to, tags: tags.length > 0 ? tags : undefined };
    const narrowed = query.group === undefined ? given : ofGroup(given, query.group);
    const { after, moment } = cursor === undefined ? { moment: momentOf(query) } : placeOf(cursor, query);
    const asked = { order, limit: limit + 1, after };
    const found = await reading(() => this.find(organizationId, narrowed, asked, moment));
    const last = found.length > limit ? found[limit - 1] : undefined;
    const incidents = found.slice(0, limit).map(({ incident }) => incident);
    const page = pageOf(incidents.map(answerOf), last ? placeValues([last.startTime, last.id], moment) : null);
    const groups = groupsOf(incidents);
    return groups.length > 0 ? { ...page, groups } : page;
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read an incident; the id is its incidentId or its pk' })
  @ApiOkResponse({ type: IncidentAnswer })
  @ApiNotFoundResponse({ description: 'No such incident; as of an instant: it was not known, or had not begun.' })
  async get(@Caller() { organizationId }: Principal, @Param('id') id: string, @Query() query: IncidentQuery) {
    const moment = momentOf(query);
    const incident = await reading(() =>
      moment
        ? findIncidentAsOf(this.store, organizationId, id, moment)
        : findIncident(this.store, organizationId, id, this.clock.now()),
    );
    if (incident) return answerOf(incident);
    throw problem(404, 'No such incident');
  }

  @Get(':id/timeline')
  @ApiOperation({ summary: 'Everything that happened to an incident, the oldest first' })
  @ApiOkResponse({ type: TimelinePage })
  @ApiNotFoundResponse({ description: 'No such incident; as of an instant: it was not known, or had not begun.' })
  async timeline(@Caller() caller: Principal, @Param('id') id: string, @Query() query: TimelineQuery) {
    const { cursor, limit } = query;
    const { incidentId } = await this.get(caller, id, query);
    const [after] = cursor === undefined ? [0] : decodeCursor(cursor, 1);
    if (!Number.isInteger(after)) throw wrongCursor();
    const moment = momentOf(query);
    const place = [this.store, caller.organizationId, incidentId, Number(after), limit + 1] as const;
    const all = query.observations === 'true';
    const entries = await reading(() =>
      moment ? findTimelineAsOf(...place, moment, all) : findTimeline(...place, all),
    );
    const last = entries.length > limit ? entries[limit - 1] : undefined;
    return pageOf(entries.slice(0, limit), last ? [last.sequence] : null);
  }

  private find(
    organizationId: string,
    narrowed: Omit<IncidentFilter, 'now'>,
    page: IncidentPage,
    moment: Moment | undefined,
  ): Promise<readonly FoundIncident[]> {
    if (!moment) return findIncidents(this.store, organizationId, { now: this.clock.now(), ...narrowed }, page);
    return findIncidentsAsOf(this.store, organizationId, { now: moment.asOf, ...narrowed }, page, moment);
  }
}

type Narrowed = Omit<IncidentFilter, 'now'>;

/** The filter narrowed to one group; what is no group has no incidents. */
function ofGroup(filter: Narrowed, group: string): Narrowed {
  const own = tagsOfGroup(group);
  const issues = filter.origin === undefined || filter.origin.includes('issue');
  if (!own || !issues) return { ...filter, pks: [] };
  return { ...filter, origin: ['issue'], tags: [...(filter.tags ?? []), ...own] };
}
