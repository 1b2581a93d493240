import { deadLettersReadModel } from './dead-letters/dead-letters.read-model.js';
import { incidentsReadModel } from './incidents/incidents.read-model.js';
import { type ReadModel } from './read-model.js';
import { servicesReadModel } from './services/services.read-model.js';

/** Every read model of the app: THE list. */
export const projections: readonly ReadModel[] = [incidentsReadModel, servicesReadModel, deadLettersReadModel];
