import { Command, Option } from 'commander';
import { table } from '../output.js';
import { type Session } from '../program.js';

interface Token {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly sourceType?: string | null;
  readonly expiresAt?: string | null;
}

/** `tocsin tokens create|list|revoke`. */
export function tokensCommand(session: () => Session): Command {
  const tokens = new Command('tokens').description('create, list and revoke tokens');
  tokens
    .command('create <name>')
    .description('make a token; it is shown once')
    .addOption(new Option('--kind <kind>').choices(['admin', 'user', 'source', 'reader']).default('source'))
    .option('--source-type <type>', 'type of the monitoring system, for example alertmanager')
    .option('--partitions <names...>', 'status partitions it may write to (default: all)')
    .option('--expires-at <time>', 'RFC 3339')
    .action(async (name: string, options: { kind: string } & Record<string, unknown>) => {
      const { api, output } = session();
      const made = await api.post<{ id: string; token: string }>('/tocsin/v1/tokens', { name, ...options });
      output.show(made, ({ id, token }) => `${id}\n${token}`);
    });
  tokens
    .command('list')
    .description('list tokens, without their secrets')
    .action(async () => {
      const { api, output } = session();
      const page = await api.get<{ items: Token[] }>('/tocsin/v1/tokens', { limit: 1000 });
      output.show(page.items, (items) => table(['ID', 'KIND', 'NAME', 'TYPE', 'EXPIRES'], items.map(row)));
    });
  tokens
    .command('revoke <id>')
    .description('end a token, within 5 seconds everywhere')
    .action(async (id: string) => {
      const { api, output } = session();
      await api.delete(`/tocsin/v1/tokens/${encodeURIComponent(id)}`);
      output.show({ id, revoked: true }, () => `${id} is revoked`);
    });
  return tokens;
}

function row(token: Token): string[] {
  return [token.id, token.kind, token.name, token.sourceType ?? '', token.expiresAt ?? ''];
}
