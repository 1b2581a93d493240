import { bootstrap, ConfigError } from '#libs/runtime';
import { deliveryService } from './service.js';

try {
  await bootstrap(deliveryService());
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
