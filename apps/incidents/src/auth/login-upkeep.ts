import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Log, publicMessage, Stopping, TokenAdministration } from '#libs/runtime';

const HOUR = 3_600_000;

/** Every hour the tokens of logins that are long over go. */
@Injectable()
export class LoginUpkeep implements OnApplicationBootstrap {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly tokens: TokenAdministration,
    private readonly stopping: Stopping,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.turn(), HOUR);
    this.timer.unref();
    this.stopping.signal.addEventListener('abort', () => clearInterval(this.timer), { once: true });
  }

  private async turn(): Promise<void> {
    await this.tokens.removeOldLogins().catch((error: unknown) => {
      this.log.warn({ reason: publicMessage(error) }, 'tokens of old logins stay for another hour');
    });
  }
}
