import { Log } from '#libs/runtime';
import { Injectable } from '@nestjs/common';
import { type ArgusError, refused } from '../argus-error.js';
import { isHttpUrl } from '../url.js';
import { type TicketPlugin, TicketRefused, type TicketRequest, TicketSystemFailed } from './ticket-plugin.js';

/** The ticket system in use, if there is one. Its failures are bare texts of JSON (reference argus.md 1.9). */
@Injectable()
export class TicketDesk {
  constructor(
    private readonly log: Log,
    private readonly plugin?: TicketPlugin,
  ) {}

  /** @throws ArgusError 400 where none is configured; else 403, 503 or 500 as the plug-in failed */
  async create(request: TicketRequest): Promise<string> {
    if (!this.plugin) throw refused(400, 'No ticket can be created: no ticket plug-in is configured (TICKET_PLUGIN).');
    try {
      const url = await this.plugin.create(request);
      if (!isHttpUrl(url)) throw new Error('the plug-in answered no address');
      return url;
    } catch (error) {
      throw this.failure(error);
    }
  }

  private failure(error: unknown): ArgusError {
    if (error instanceof TicketRefused) return refused(403, `The ticket system refused the ticket: ${error.message}`);
    this.log.error({ err: error, plugin: this.plugin?.name }, 'no ticket was created');
    if (error instanceof TicketSystemFailed) return refused(503, 'The ticket system does not answer as it should.');
    return refused(500, 'The ticket plug-in failed.');
  }
}
