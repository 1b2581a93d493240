import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { EXIT, Failure } from '../failure.js';
import { table } from '../output.js';
import { type Session } from '../program.js';

interface ProjectionState {
  readonly name: string;
  readonly version: number;
  readonly state: string;
  readonly lag: number;
}

const POLL_MS = 500;

/** `tocsin projections list|rebuild`. */
export function projectionsCommand(session: () => Session): Command {
  const projections = new Command('projections').description('the read models');
  projections
    .command('list')
    .description('version, state and lag of each')
    .action(async () => {
      const { items } = await states(session());
      session().output.show(items, (all) => table(['NAME', 'VERSION', 'STATE', 'LAG'], all.map(row)));
    });
  projections
    .command('rebuild <name>')
    .description('build a read model anew from the log and switch to it')
    .option('--no-wait', 'answer as soon as it has begun')
    .action(async (name: string, options: { wait: boolean }) => {
      const { api, output } = session();
      await api.post(`/tocsin/v1/projections/${encodeURIComponent(name)}/rebuild`);
      if (options.wait) await untilLive(session(), name);
      output.show({ name, state: options.wait ? 'live' : 'building' }, (said) => `${said.name} is ${said.state}`);
    });
  return projections;
}

async function states({ api }: Session): Promise<{ items: ProjectionState[] }> {
  return api.get('/tocsin/v1/projections');
}

async function untilLive(session: Session, name: string): Promise<void> {
  for (;;) {
    const { items } = await states(session);
    const versions = items.filter((item) => item.name === name);
    if (versions.length === 0) throw new Failure(`there is no projection ${name}`, EXIT.refused);
    const building = versions.find((item) => item.state !== 'live');
    if (!building) return;
    if (!session.output.json)
      session.output.line(`${name} v${building.version}: ${building.state}, ${building.lag} events to go`);
    await wait(POLL_MS);
  }
}

function row(item: ProjectionState): string[] {
  return [item.name, String(item.version), item.state, String(item.lag)];
}
