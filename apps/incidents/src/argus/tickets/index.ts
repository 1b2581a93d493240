import { type TicketPlugin } from './ticket-plugin.js';

/** The ticket systems that incidents can be sent to: THE list. */
export const ticketPlugins: readonly TicketPlugin[] = [];
