import { type Provider } from '@nestjs/common';
import { Log } from '#libs/runtime';
import { IncidentsConfig } from '../config.js';
import { ArgusAcksController } from './acks.controller.js';
import { ArgusAllEventsController } from './all-events.controller.js';
import { ArgusBulkController } from './bulk.controller.js';
import { ArgusEventsController } from './events.controller.js';
import { IncidentDesk } from './incident-desk.js';
import { IncidentIntake } from './incident-intake.js';
import { IncidentList } from './incident-list.js';
import { ArgusIncidentsController } from './incidents.controller.js';
import { ArgusOldIncidentsController } from './old-incidents.controller.js';
import { ArgusTagsController } from './tags.controller.js';
import { ArgusAutomaticTicketController, ArgusTicketUrlController } from './tickets.controller.js';
import { ticketPlugins } from './tickets/index.js';
import { TicketDesk } from './tickets/ticket-desk.js';

/** The Argus API of incidents. */
export const argusControllers = [
  ArgusOldIncidentsController,
  ArgusAllEventsController,
  ArgusBulkController,
  ArgusIncidentsController,
  ArgusEventsController,
  ArgusAcksController,
  ArgusTagsController,
  ArgusTicketUrlController,
  ArgusAutomaticTicketController,
] as const;

export const argusProviders: readonly Provider[] = [
  IncidentDesk,
  IncidentIntake,
  IncidentList,
  {
    provide: TicketDesk,
    inject: [Log, IncidentsConfig],
    useFactory: (log: Log, { ticketPlugin }: IncidentsConfig) =>
      new TicketDesk(
        log,
        ticketPlugins.find(({ name }) => name === ticketPlugin),
      ),
  },
];
