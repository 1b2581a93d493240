import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock, isUuid, parseInstant } from '#libs/core';
import { Allow, Caller, decodeCursor, PageQuery, pageOf, type Principal, problem } from '#libs/runtime';
import { Store } from '#libs/store';
import { findIncident, findIncidents, findTimeline } from '../projections/incidents/incidents.query.js';
import { answerOf } from './incidents.answer.js';
import { IncidentAnswer, IncidentsPage, IncidentsQuery, TimelinePage } from './incidents.dto.js';
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
  @ApiOperation({ summary: 'List incidents, the newest first' })
  @ApiOkResponse({ type: IncidentsPage })
  async list(@Caller() { organizationId }: Principal, @Query() query: IncidentsQuery) {
    const { status, origin, level, minLevel, source, from, to, order, limit, cursor } = query;
    const tags = [...(query.tag ?? []), ...(query.label ?? [])];
    const narrowed = { status, origin, level, minLevel, source, from, to, tags: tags.length > 0 ? tags : undefined };
    const filter = { now: this.clock.now(), ...narrowed };
    const page = { order, limit: limit + 1, after: cursor === undefined ? undefined : afterOf(cursor) };
    const found = await reading(() => findIncidents(this.store, organizationId, filter, page));
    const last = found.length > limit ? found[limit - 1] : undefined;
    const items = found.slice(0, limit).map(({ incident }) => answerOf(incident));
    return pageOf(items, last ? [last.startTime, last.id] : null);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read an incident; the id is its incidentId or its pk' })
  @ApiOkResponse({ type: IncidentAnswer })
  @ApiNotFoundResponse({ description: 'No such incident.' })
  async get(@Caller() { organizationId }: Principal, @Param('id') id: string): Promise<IncidentAnswer> {
    const incident = await reading(() => findIncident(this.store, organizationId, id, this.clock.now()));
    if (incident) return answerOf(incident);
    throw problem(404, 'No such incident');
  }

  @Get(':id/timeline')
  @ApiOperation({ summary: 'Everything that happened to an incident, the oldest first' })
  @ApiOkResponse({ type: TimelinePage })
  @ApiNotFoundResponse({ description: 'No such incident.' })
  async timeline(@Caller() caller: Principal, @Param('id') id: string, @Query() { cursor, limit }: PageQuery) {
    const { incidentId } = await this.get(caller, id);
    const [after] = cursor === undefined ? [0] : decodeCursor(cursor, 1);
    if (!Number.isInteger(after)) throw wrongCursor();
    const entries = await reading(() =>
      findTimeline(this.store, caller.organizationId, incidentId, Number(after), limit + 1),
    );
    const last = entries.length > limit ? entries[limit - 1] : undefined;
    return pageOf(entries.slice(0, limit), last ? [last.sequence] : null);
  }
}

function afterOf(cursor: string): [string, string] {
  const [time, id] = decodeCursor(cursor, 2);
  if (typeof time === 'string' && parseInstant(time) && typeof id === 'string' && isUuid(id)) return [time, id];
  throw wrongCursor();
}

function wrongCursor() {
  return problem(400, 'Invalid request', {
    fields: { cursor: 'expected the cursor that a page of this list answered' },
  });
}
