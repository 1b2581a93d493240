import { bootstrap } from '#libs/runtime';
import { incidentsService } from './service.js';

await bootstrap(incidentsService);
