import { Controller, Get, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from '#libs/runtime';
import { reading } from '../api/reading.js';
import { IncidentCommands } from '../commands/incident-commands.js';
import { findIncidentEvent } from '../projections/incidents/incidents.query.js';
import { Registry } from '../sources/registry.js';
import { missing } from './argus-error.js';
import { ArgusBody, type ArgusRequest, Asked } from './asked.js';
import { MomentParameters } from './documents/filters.js';
import { EventShown, PostedEventBody } from './documents/events.dto.js';
import { postedEvent } from './event-bodies.js';
import { IncidentDesk } from './incident-desk.js';
import { keyOf } from './key.js';
import { done } from './refusals.js';

/** What was said of an incident, and saying more (reference argus.md 1.6 and 2). */
@ApiTags('Argus: events')
@Controller(['api/v1/incidents/:pk/events', 'api/v2/incidents/:pk/events'])
@Allow('admin', 'user', 'source')
export class ArgusEventsController {
  constructor(
    private readonly desk: IncidentDesk,
    private readonly commands: IncidentCommands,
    private readonly registry: Registry,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The events of an incident, the newest first' })
  @MomentParameters()
  @ApiOkResponse({ type: [EventShown] })
  @Allow('admin', 'user', 'reader', 'source')
  async list(@Asked() asked: ArgusRequest, @Param('pk') pk: string) {
    const { organizationId } = asked.principal;
    const moment = this.desk.moment(asked);
    const incident = await this.desk.one(organizationId, keyOf(pk), moment);
    const events = await this.desk.eventsOf(organizationId, incident.incidentId, moment);
    return this.desk.shownEvents(organizationId, incident, events);
  }

  @Post()
  @ApiOperation({ summary: 'Say something of an incident: end it, close it, reopen it ...' })
  @ApiCreatedResponse({ type: EventShown })
  @ArgusBody(PostedEventBody)
  async post(@Asked() asked: ArgusRequest, @Param('pk') pk: string) {
    const key = keyOf(pk);
    const caller = await this.registry.identityOf(asked.principal);
    const event = postedEvent(await asked.body(), this.desk.zone);
    const { incident, events } = done(await this.commands.post(caller, key, event), this.desk.told(asked));
    return (await this.desk.shownEvents(caller.organizationId, incident, events.slice(-1)))[0];
  }

  @Get(':event')
  @ApiOperation({ summary: 'One event of an incident' })
  @ApiOkResponse({ type: EventShown })
  @Allow('admin', 'user', 'reader', 'source')
  async get(@Asked() asked: ArgusRequest, @Param('pk') pk: string, @Param('event') eventPk: string) {
    const { organizationId } = asked.principal;
    const [key, eventKey] = [keyOf(pk), keyOf(eventPk)];
    const incident = await this.desk.one(organizationId, key);
    const { store } = this.desk;
    const event = await reading(() => findIncidentEvent(store, organizationId, incident.incidentId, eventKey));
    if (!event) throw missing('Event');
    return (await this.desk.shownEvents(organizationId, incident, [event]))[0];
  }
}
