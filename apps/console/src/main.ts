import { bootstrap } from '#libs/runtime';
import { ConsoleModule } from './console.module.js';
import { originDocument } from './origin-document.js';

await bootstrap({
  service: 'console',
  module: ConsoleModule,
  openApi: originDocument,
  worksWithout: ['database', 'broker'],
});
