import { Controller, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from '#libs/runtime';
import { IncidentCommands } from '../commands/incident-commands.js';
import { Registry } from '../sources/registry.js';
import { ArgusBody, type ArgusRequest, Asked } from './asked.js';
import { TicketUrl } from './documents/incidents.dto.js';
import { checked, required } from './fields.js';
import { IncidentDesk } from './incident-desk.js';
import { keyOf } from './key.js';
import { text } from './readers.js';
import { done } from './refusals.js';
import { TicketDesk } from './tickets/ticket-desk.js';

/** The ticket of an incident. Here its address is not looked at, and may be empty (reference argus.md 1.9). */
@ApiTags('Argus: tickets')
@Controller(['api/v1/incidents/:pk/ticket_url', 'api/v2/incidents/:pk/ticket_url'])
@Allow('admin', 'user', 'source')
export class ArgusTicketUrlController {
  constructor(
    private readonly desk: IncidentDesk,
    private readonly commands: IncidentCommands,
    private readonly registry: Registry,
  ) {}

  @Put()
  @ApiOperation({ summary: 'Say where the ticket of an incident is' })
  @ApiOkResponse({ type: TicketUrl })
  @ArgusBody(TicketUrl)
  async put(@Asked() asked: ArgusRequest, @Param('pk') pk: string) {
    const key = keyOf(pk);
    const caller = await this.registry.identityOf(asked.principal);
    await this.desk.one(caller.organizationId, key);
    const address = required(text({ blank: true, max: 8192 }), { blank: true });
    const { ticket_url: ticketUrl } = checked(await asked.body(), { ticket_url: address });
    const { incident } = done(await this.commands.change(caller, key, { ticketUrl }), this.desk.told(asked));
    return { ticket_url: incident.ticketUrl };
  }
}

/** Version 2 lets a plug-in make the ticket. */
@ApiTags('Argus: tickets')
@Controller('api/v2/incidents/:pk/automatic-ticket')
@Allow('admin', 'user', 'source')
export class ArgusAutomaticTicketController {
  constructor(
    private readonly desk: IncidentDesk,
    private readonly commands: IncidentCommands,
    private readonly registry: Registry,
    private readonly tickets: TicketDesk,
  ) {}

  @Put()
  @ApiOperation({ summary: 'Make a ticket of an incident, where it has none' })
  @ApiOkResponse({ type: TicketUrl })
  @ArgusBody()
  async put(@Asked() asked: ArgusRequest, @Param('pk') pk: string) {
    const key = keyOf(pk);
    const caller = await this.registry.identityOf(asked.principal);
    const incident = await this.desk.one(caller.organizationId, key);
    if (incident.ticketUrl !== '') return { ticket_url: incident.ticketUrl };
    const shown = await this.desk.shown(asked, incident);
    const argusUrl = `${asked.origin}/api/v2/incidents/${key}/`;
    const ticketUrl = await this.tickets.create({
      incident: { ...shown, argus_url: argusUrl, user: caller.by.username },
    });
    const changed = done(await this.commands.change(caller, key, { ticketUrl }), this.desk.told(asked));
    return { ticket_url: changed.incident.ticketUrl };
  }
}
