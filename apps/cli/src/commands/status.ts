import { Command } from 'commander';
import { EXIT, Failure } from '../failure.js';
import { table } from '../output.js';
import { type Session } from '../program.js';

interface Health {
  readonly status?: string;
  readonly parts?: Readonly<Record<string, { status: string; detail?: string }>>;
}

/** `tocsin status`: which service is ready; exit code 1 when one is not. */
export function statusCommand(session: () => Session): Command {
  return new Command('status').description('show which services are ready').action(async () => {
    const { api, output, instance } = session();
    const { status, body } = await api.peek('/health/ready');
    const health = body as Health;
    output.show({ ...health, url: instance.url, ready: status === 200 }, () =>
      [`${instance.url} is ${status === 200 ? 'ready' : 'not ready'}`, parts(health)].filter(Boolean).join('\n'),
    );
    if (status !== 200) throw new Failure('not every service is ready', EXIT.refused);
  });
}

function parts(health: Health): string {
  const rows = Object.entries(health.parts ?? {}).map(([name, { status, detail }]) => [name, status, detail ?? '']);
  return rows.length === 0 ? '' : table(['PART', 'STATE', ''], rows);
}
