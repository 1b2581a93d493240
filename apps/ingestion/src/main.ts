import { bootstrap } from '#libs/runtime';
import { ingestion } from './options.js';

await bootstrap(ingestion);
