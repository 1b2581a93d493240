import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from '#libs/runtime';
import { reading } from '../api/reading.js';
import { type IncidentEventDocument } from '../projections/incidents/incidents.events.js';
import { findEvents } from '../projections/incidents/incidents.query.js';
import { type ArgusRequest, Asked } from './asked.js';
import { EventsPageShown } from './documents/events.dto.js';
import { PageParameters } from './documents/filters.js';
import { IncidentDesk } from './incident-desk.js';
import { isEventPk, pageAnswer, pageAsked } from './pages.js';

/** The events of all incidents, which version 2 lists (reference argus.md 1.6). */
@ApiTags('Argus: events')
@Controller('api/v2/incidents/events')
@Allow('admin', 'user', 'reader', 'source')
export class ArgusAllEventsController {
  constructor(private readonly desk: IncidentDesk) {}

  @Get()
  @ApiOperation({ summary: 'The events of all incidents, the newest first' })
  @PageParameters()
  @ApiOkResponse({ type: EventsPageShown })
  async list(@Asked() asked: ArgusRequest) {
    const { organizationId } = asked.principal;
    const page = pageAsked(asked.query, isEventPk);
    const order = page.backwards ? 'asc' : 'desc';
    const asking = { order, limit: page.size + 1, after: page.from } as const;
    const events = await reading(() => findEvents(this.desk.store, organizationId, asking));
    const answer = pageAnswer(asked, page, events, ({ timestamp, pk }) => [timestamp, pk]);
    return { ...answer, results: await this.shown(organizationId, answer.results) };
  }

  /** Where nobody is known to have said it, its incident's source is looked up. */
  private async shown(organizationId: string, events: readonly IncidentEventDocument[]) {
    const pks = [...new Set(events.filter(({ actor }) => actor === null).map(({ incidentPk }) => incidentPk))];
    const incidents = pks.length === 0 ? [] : await this.desk.all(organizationId, { pks }, pks.length);
    const sources = await this.desk.sourcesOf(organizationId, incidents);
    const byPk = new Map(incidents.map((incident) => [incident.pk, sources(incident)]));
    return events.map((event) => this.desk.show.event(event, byPk.get(event.incidentPk) ?? NOBODY));
  }
}

const NOBODY = { id: '', pk: 0, name: '', type: '', baseUrl: '', userPk: 0, username: '' };
