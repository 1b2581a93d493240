import { type Provider, type Type } from '@nestjs/common';
import { ArgusLoginController } from './argus-login.controller.js';
import { ArgusPhoneNumbersController } from './argus-phone-numbers.controller.js';
import { ArgusTokenAuthController } from './argus-token-auth.controller.js';
import { ArgusUsersController } from './argus-users.controller.js';
import { LoginUpkeep } from './login-upkeep.js';
import { Logins } from './logins.js';

/** Who somebody is, and further tokens for them. */
export const authControllers: readonly Type[] = [
  ArgusLoginController,
  ArgusTokenAuthController,
  ArgusUsersController,
  ArgusPhoneNumbersController,
];

export const authProviders: readonly Provider[] = [Logins, LoginUpkeep];
