import { Injectable } from '@nestjs/common';
import { HealthService, type PartHealth } from '#libs/runtime';
import { ask } from './ask.js';
import { type Located, locateUpstreams } from './config.js';
import { type ServiceState } from './landing.render.js';

/** How the services behind the origin are, for its own health and for the landing page. */
@Injectable()
export class ServiceStates {
  readonly located: readonly Located[] = locateUpstreams();

  constructor(health: HealthService) {
    for (const upstream of this.located) {
      health.addReadiness({ name: upstream.service, check: () => healthOf(upstream) });
    }
  }

  async all(): Promise<readonly ServiceState[]> {
    return Promise.all(
      this.located.map(async ({ service, says, url }) => {
        const { status, detail = '' } = await healthOf({ url });
        return { service, says, url, ready: status !== 'down', detail };
      }),
    );
  }
}

async function healthOf({ url }: { url: string }): Promise<PartHealth> {
  try {
    const { status, body } = await ask(`${url}/health/ready`);
    const report = body as { status?: string; parts?: Record<string, PartHealth> };
    const limping = Object.entries(report.parts ?? {}).filter(([, part]) => part.status !== 'up');
    const detail = limping.map(([name, part]) => `${name}: ${part.detail ?? part.status}`).join('; ');
    return {
      status: status !== 200 ? 'down' : report.status === 'ok' ? 'up' : 'degraded',
      ...(detail ? { detail } : {}),
    };
  } catch {
    return { status: 'down', detail: 'does not answer' };
  }
}
