/** What a ticket system is told of an incident. */
export interface TicketRequest {
  /** The incident as the API shows it, with `argus_url`, where it can be read, and `user`, who asked. */
  readonly incident: Readonly<Record<string, unknown>>;
}

/**
 * Makes tickets of incidents. One folder a plug-in, and one line in the list beside this file; the setting TICKET_PLUGIN
 * names the one in use.
 */
export interface TicketPlugin {
  readonly name: string;
  /**
   * @returns the address of the new ticket
   * @throws TicketRefused when the system will not have it, TicketSystemFailed when it does not answer as it should
   */
  create(request: TicketRequest): Promise<string>;
}

/** The ticket system does not want the ticket: 403. */
export class TicketRefused extends Error {}

/** The ticket system cannot be reached, or fails: 503. */
export class TicketSystemFailed extends Error {}

/** Checks a plug-in's shape. */
export function defineTicketPlugin(plugin: TicketPlugin): TicketPlugin {
  return plugin;
}
