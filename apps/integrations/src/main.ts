import { bootstrap } from '#libs/runtime';
import { integrationsService } from './service.js';

await bootstrap(integrationsService);
