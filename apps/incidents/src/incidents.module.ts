import { Module } from '@nestjs/common';
import { ServiceEnvironment } from '#libs/runtime';
import { aboutControllers, aboutProviders } from './about/parts.js';
import { authControllers, authProviders } from './auth/parts.js';
import { argusControllers, argusProviders } from './argus/index.js';
import { DeadLettersController } from './api/dead-letters.controller.js';
import { IncidentsController } from './api/incidents.controller.js';
import { ProjectionsController } from './api/projections.controller.js';
import { ServicesController } from './api/services.controller.js';
import { IncidentCommands } from './commands/incident-commands.js';
import { StoredIncidentCommands } from './commands/stored-incident-commands.js';
import { IncidentsConfig, readIncidentsConfig } from './config.js';
import { ProjectionHost } from './rebuild/projection-host.js';
import { sourcesControllers, sourcesProviders } from './sources/parts.js';

@Module({
  controllers: [
    IncidentsController,
    ServicesController,
    ProjectionsController,
    DeadLettersController,
    ...argusControllers,
    ...sourcesControllers,
    ...authControllers,
    ...aboutControllers,
  ],
  providers: [
    ...argusProviders,
    ...sourcesProviders,
    ...authProviders,
    ...aboutProviders,
    ProjectionHost,
    { provide: IncidentCommands, useClass: StoredIncidentCommands },
    {
      provide: IncidentsConfig,
      inject: [ServiceEnvironment],
      useFactory: ({ variables }: ServiceEnvironment) => readIncidentsConfig(variables),
    },
  ],
})
export class IncidentsModule {}
