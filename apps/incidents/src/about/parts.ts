import { type Provider, type Type } from '@nestjs/common';
import { ArgusMetadataController } from './argus-metadata.controller.js';
import { ArgusSchemaController } from './argus-schema.controller.js';
import { StillAlive } from './still-alive.js';

/** What the server says of itself. */
export const aboutControllers: readonly Type[] = [ArgusMetadataController, ArgusSchemaController];
export const aboutProviders: readonly Provider[] = [StillAlive];
