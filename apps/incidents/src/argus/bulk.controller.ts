import { Controller, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from '#libs/runtime';
import { type BulkAction, type Done, IncidentCommands } from '../commands/incident-commands.js';
import { Registry, type SourceSystem } from '../sources/registry.js';
import { refused } from './argus-error.js';
import { ArgusBody, type ArgusRequest, Asked } from './asked.js';
import { BulkAckBody, BulkEventBody, BulkTicketUrlBody, ChangesShown } from './documents/events.dto.js';
import { bulkAck, bulkEvent, bulkTicketUrl } from './event-bodies.js';
import { IncidentDesk } from './incident-desk.js';
import { errorOf } from './refusals.js';

/** What is shown of one incident that was changed. */
type Show = (done: Done, source: SourceSystem) => unknown;

/** One thing for many incidents, without rules of roles and conflicts; version 2 has it (reference argus.md 1.10). */
@ApiTags('Argus: bulk')
@Controller('api/v2/incidents')
@Allow('admin', 'user', 'source')
export class ArgusBulkController {
  constructor(
    private readonly desk: IncidentDesk,
    private readonly commands: IncidentCommands,
    private readonly registry: Registry,
  ) {}

  @Post('acks/bulk')
  @ApiOperation({ summary: 'Acknowledge incidents' })
  @ApiCreatedResponse({ type: ChangesShown })
  @ArgusBody(BulkAckBody)
  async acks(@Asked() asked: ArgusRequest) {
    const { ids, ack } = bulkAck(await asked.body(), this.desk.zone);
    const action = { what: 'acknowledgement', acknowledgement: ack } as const;
    return this.changes(asked, ids, action, 'ack', ({ events }, source) => {
      const event = events.at(-1)!;
      return this.desk.show.acknowledgement({ pk: event.pk, event, expiration: ack.expiration ?? null }, source);
    });
  }

  @Post('events/bulk')
  @ApiOperation({ summary: 'Say something of incidents' })
  @ApiCreatedResponse({ type: ChangesShown })
  @ArgusBody(BulkEventBody)
  async events(@Asked() asked: ArgusRequest) {
    const { ids, event } = bulkEvent(await asked.body(), this.desk.zone);
    return this.changes(asked, ids, { what: 'event', event }, 'event', ({ events }, source) =>
      this.desk.show.event(events.at(-1)!, source),
    );
  }

  @Post('ticket_url/bulk')
  @ApiOperation({ summary: 'Say where the ticket of incidents is' })
  @ApiCreatedResponse({ type: ChangesShown })
  @ArgusBody(BulkTicketUrlBody)
  async ticketUrls(@Asked() asked: ArgusRequest) {
    const { ids, ticketUrl } = bulkTicketUrl(await asked.body());
    return this.changes(asked, ids, { what: 'ticketUrl', ticketUrl }, 'ticket_url', () => ticketUrl);
  }

  /** @throws ArgusError 400 with the changes, where none of them could be made */
  private async changes(asked: ArgusRequest, ids: readonly number[], action: BulkAction, key: string, show: Show) {
    const caller = await this.registry.identityOf(asked.principal);
    const results = await this.commands.bulk(caller, ids, action);
    const succeeded = [...results.values()].filter((result): result is Done => !result.refusal);
    const incidents = succeeded.map(({ incident }) => incident);
    const sources = await this.desk.sourcesOf(caller.organizationId, incidents);
    const changes = [...results].map(([id, result]) => [
      id,
      result.refusal
        ? { [key]: null, status: 400, errors: this.errors(result.refusal, asked) }
        : { [key]: show(result, sources(result.incident)), status: 201, errors: null },
    ]);
    const body = { changes: Object.fromEntries(changes) as Record<string, object> };
    if (succeeded.length === 0) throw refused(400, body);
    return body;
  }

  private errors(refusal: Parameters<typeof errorOf>[0], asked: ArgusRequest): unknown {
    if (refusal.code !== 'unknown-incident') return errorOf(refusal, this.desk.told(asked)).body;
    return { ids: `Incident with id ${refusal.pk} could not be found.` };
  }
}
