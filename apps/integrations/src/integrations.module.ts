import { Module } from '@nestjs/common';
import { ConfigError, RuntimeConfig, Sealer } from '#libs/runtime';
import { MeController } from './access/me.controller.js';
import { OrganizationsController } from './access/organizations.controller.js';
import { Registrar } from './access/registrar.js';
import { TokensController } from './access/tokens.controller.js';
import { DeliveriesController } from './api/deliveries.controller.js';
import { IntegrationsController } from './api/integrations.controller.js';
import { CompatibleIntegrationsController } from './cloud/integrations.controller.js';
import { OAuthController } from './cloud/oauth.controller.js';
import { OptionsController } from './cloud/options.controller.js';
import { IntegrationsConfig, readIntegrationsConfig } from './config.js';
import { ExplainController } from './explain/explain.controller.js';
import { IntegrationCommands } from './integration-commands.js';
import { IntegrationReader } from './integration-reader.js';

@Module({
  controllers: [
    IntegrationsController,
    CompatibleIntegrationsController,
    OptionsController,
    OAuthController,
    DeliveriesController,
    ExplainController,
    TokensController,
    MeController,
    OrganizationsController,
  ],
  providers: [
    IntegrationCommands,
    IntegrationReader,
    Registrar,
    { provide: IntegrationsConfig, useFactory: () => readIntegrationsConfig() },
    { provide: Sealer, useFactory: sealerOf, inject: [RuntimeConfig] },
  ],
})
export class IntegrationsModule {}

/** @throws ConfigError: without a key no secret could be kept */
function sealerOf({ masterKeys }: RuntimeConfig): Sealer {
  if (masterKeys !== undefined) return Sealer.from(masterKeys);
  throw new ConfigError('TOCSIN_MASTER_KEYS: read nothing; allowed: keyId:base64[,keyId:base64...], each key 32 bytes');
}
