import { Controller, Get, Param, Patch, Post, Put } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from '#libs/runtime';
import { IncidentCommands } from '../commands/incident-commands.js';
import { type IncidentDocument } from '../projections/incidents/incidents.document.js';
import { Registry } from '../sources/registry.js';
import { missing } from './argus-error.js';
import { ArgusBody, type ArgusRequest, Asked } from './asked.js';
import { AckShown, ExpirationBody, PostedAckBody } from './documents/events.dto.js';
import { MomentParameters } from './documents/filters.js';
import { changedExpiration, postedAck } from './event-bodies.js';
import { IncidentDesk } from './incident-desk.js';
import { keyOf } from './key.js';
import { done } from './refusals.js';

/** Who took note of an incident, and until when (reference argus.md 1.7). */
@ApiTags('Argus: acknowledgements')
@Controller(['api/v1/incidents/:pk/acks', 'api/v2/incidents/:pk/acks'])
@Allow('admin', 'user', 'source')
export class ArgusAcksController {
  constructor(
    private readonly desk: IncidentDesk,
    private readonly commands: IncidentCommands,
    private readonly registry: Registry,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The acknowledgements of an incident, the newest first' })
  @MomentParameters()
  @ApiOkResponse({ type: [AckShown] })
  @Allow('admin', 'user', 'reader', 'source')
  async list(@Asked() asked: ArgusRequest, @Param('pk') pk: string) {
    const { organizationId } = asked.principal;
    const moment = this.desk.moment(asked);
    const incident = await this.desk.one(organizationId, keyOf(pk), moment);
    const source = await this.desk.sourceOf(organizationId, incident);
    const acks = await this.desk.acksOf(organizationId, incident.incidentId, moment);
    return acks.map((ack) => this.desk.show.acknowledgement(ack, source));
  }

  @Post()
  @ApiOperation({ summary: 'Acknowledge an incident' })
  @ApiCreatedResponse({ type: AckShown })
  @ArgusBody(PostedAckBody)
  async post(@Asked() asked: ArgusRequest, @Param('pk') pk: string) {
    const key = keyOf(pk);
    const caller = await this.registry.identityOf(asked.principal);
    const ack = postedAck(await asked.body(), { zone: this.desk.zone, version: asked.version });
    const acknowledged = done(await this.commands.acknowledge(caller, key, ack), this.desk.told(asked));
    const event = acknowledged.events.at(-1);
    if (!event) throw missing('Acknowledgement');
    const source = await this.desk.sourceOf(caller.organizationId, acknowledged.incident);
    return this.desk.show.acknowledgement({ pk: event.pk, event, expiration: ack.expiration ?? null }, source);
  }

  @Get(':ack')
  @ApiOperation({ summary: 'One acknowledgement of an incident' })
  @ApiOkResponse({ type: AckShown })
  @Allow('admin', 'user', 'reader', 'source')
  async get(@Asked() asked: ArgusRequest, @Param('pk') pk: string, @Param('ack') ack: string) {
    const [key, ackKey] = [keyOf(pk), keyOf(ack)];
    return this.shown(asked, await this.desk.one(asked.principal.organizationId, key), ackKey);
  }

  @Put(':ack')
  @ApiOperation({ summary: 'Change until when an acknowledgement counts' })
  @ApiOkResponse({ type: AckShown })
  @ArgusBody(ExpirationBody)
  put(@Asked() asked: ArgusRequest, @Param('pk') pk: string, @Param('ack') ack: string) {
    return this.change(asked, keyOf(pk), keyOf(ack));
  }

  @Patch(':ack')
  @ApiOperation({ summary: 'Change until when an acknowledgement counts' })
  @ApiOkResponse({ type: AckShown })
  @ArgusBody(ExpirationBody)
  patch(@Asked() asked: ArgusRequest, @Param('pk') pk: string, @Param('ack') ack: string) {
    return this.change(asked, keyOf(pk), keyOf(ack));
  }

  private async change(asked: ArgusRequest, pk: number, ackPk: number) {
    const caller = await this.registry.identityOf(asked.principal);
    const expiration = changedExpiration(await asked.body(), this.desk.zone);
    const changed = await this.commands.changeAcknowledgement(caller, pk, ackPk, expiration);
    return this.shown(asked, done(changed, this.desk.told(asked)).incident, ackPk);
  }

  private async shown({ principal: { organizationId } }: ArgusRequest, incident: IncidentDocument, ackPk: number) {
    const acks = await this.desk.acksOf(organizationId, incident.incidentId);
    const ack = acks.find(({ pk }) => pk === ackPk);
    if (!ack) throw missing('Acknowledgement');
    return this.desk.show.acknowledgement(ack, await this.desk.sourceOf(organizationId, incident));
  }
}
