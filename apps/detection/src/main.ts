import { bootstrap } from '#libs/runtime';
import { detectionService } from './service.js';

await bootstrap(detectionService);
