import { bootstrap, boundGarbage } from '#libs/runtime';
import { incidentsService } from './service.js';

boundGarbage();
await bootstrap(incidentsService);
