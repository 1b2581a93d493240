import tab from '@bomb.sh/tab/commander';
import { Command } from 'commander';
import { Api } from './api.js';
import { agentCommand } from './commands/agent.js';
import { alertsCommand } from './commands/alerts.js';
import { backtestCommand } from './commands/backtest.js';
import { eventsCommand } from './commands/events.js';
import { incidentsCommand } from './commands/incidents.js';
import { projectionsCommand } from './commands/projections.js';
import { statusCommand } from './commands/status.js';
import { tokensCommand } from './commands/tokens.js';
import { findInstance, type Instance } from './config.js';
import { Output } from './output.js';

/** What a command works with: the instance it found, its API and where to print. */
export interface Session {
  readonly instance: Instance;
  readonly api: Api;
  readonly output: Output;
}

interface GlobalOptions {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

/** The command line of `tocsin`; parsing errors are thrown, not exited on. */
export function createProgram(write: (text: string) => void = (text) => process.stdout.write(text)): Command {
  const program = new Command('tocsin')
    .description('Talk to a Tocsin: its state, its log, its alerts and incidents.')
    .option('--url <url>', 'origin (default: the local instance, else http://127.0.0.1:4000)')
    .option('--token <token>', 'token (default: TOCSIN_TOKEN, else that of the local instance)')
    .option('--json', 'print JSON, one value a line')
    .showHelpAfterError('(add --help for what is allowed)')
    .exitOverride();
  const session = (): Session => {
    const options = program.opts<GlobalOptions>();
    const instance = findInstance({ url: options.url, token: options.token });
    return { instance, api: new Api(instance), output: new Output(options.json ?? false, write) };
  };
  for (const command of [
    statusCommand,
    agentCommand,
    eventsCommand,
    alertsCommand,
    incidentsCommand,
    tokensCommand,
    projectionsCommand,
    backtestCommand,
  ]) {
    program.addCommand(inheriting(command(session)));
  }
  tab(program, { completionCommandName: 'completion' });
  return program;
}

function inheriting(command: Command): Command {
  command.exitOverride().showHelpAfterError('(add --help for what is allowed)');
  command.commands.forEach(inheriting);
  return command;
}
