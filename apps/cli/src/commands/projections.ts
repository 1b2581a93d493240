import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { EXIT, Failure } from '../failure.js';
import { table } from '../output.js';
import { type Session } from '../program.js';

interface ProjectionState {
  readonly name: string;
  readonly version: number;
  readonly state: string;
  readonly lag: number | null;
}

/** What `GET .../progress` tells, once. */
interface Progress {
  readonly state: string;
  readonly generation: number;
  readonly done: number;
  readonly total: number;
  readonly rate: number;
  readonly secondsLeft: number | null;
  readonly compared: number | null;
  readonly comparable: number | null;
  readonly differences: number | null;
  readonly held: boolean;
}

interface Difference {
  readonly id: string;
  readonly kind: string;
  readonly liveHash: string | null;
  readonly builtHash: string | null;
  readonly fields: Readonly<Record<string, { live: unknown; built: unknown }>>;
}

interface Report {
  readonly items: readonly Difference[];
  readonly comparison: { differing: number; compared: number; finishedAt: string | null } | null;
}

const POLL_MS = 500;

/** `tocsin projections list|rebuild|differences|switch-back`. */
export function projectionsCommand(session: () => Session): Command {
  const projections = new Command('projections').description('the read models');
  projections
    .command('list')
    .description('version, state and lag of each')
    .action(async () => {
      const { items } = await session().api.get<{ items: ProjectionState[] }>('/tocsin/v1/projections');
      session().output.show(items, (all) => table(['NAME', 'VERSION', 'STATE', 'LAG'], all.map(row)));
    });
  projections
    .command('rebuild <name>')
    .description('build a read model anew from the log, compare it with the live one, and switch to it')
    .option('--no-wait', 'answer as soon as it has begun')
    .option('--force', 'take over although it differs from what is live')
    .action(async (name: string, { wait, force }: { wait: boolean; force?: boolean }) => {
      await begin(session(), `${pathOf(name)}/rebuild${force ? '?force=true' : ''}`, name, wait);
    });
  projections
    .command('differences <name>')
    .description('what the last rebuild found to differ from what was live')
    .action(async (name: string) => {
      const report = await session().api.get<Report>(`${pathOf(name)}/differences`);
      session().output.show(report, told);
    });
  projections
    .command('switch-back <name>')
    .description('make the generation before the last switch the live one again')
    .option('--no-wait', 'answer as soon as it has begun')
    .action(async (name: string, { wait }: { wait: boolean }) => {
      await begin(session(), `${pathOf(name)}/switch-back`, name, wait);
    });
  return projections;
}

function pathOf(name: string): string {
  return `/tocsin/v1/projections/${encodeURIComponent(name)}`;
}

async function begin(session: Session, path: string, name: string, isWaiting: boolean): Promise<void> {
  await session.api.post(path);
  if (isWaiting) await untilLive(session, name);
  session.output.show({ name, state: isWaiting ? 'live' : 'building' }, (said) => `${said.name} is ${said.state}`);
}

/** Follows the progress to its end. @throws Failure when what was built differs and is held */
async function untilLive(session: Session, name: string): Promise<void> {
  for (;;) {
    for await (const event of session.api.events(`${pathOf(name)}/progress`)) {
      const progress = JSON.parse(event) as Progress;
      if (!session.output.json) session.output.line(lineOf(name, progress));
      if (progress.held) throw new Failure(heldOf(name, progress), EXIT.refused);
      if (progress.state === 'live') return;
    }
    await wait(POLL_MS);
  }
}

function lineOf(name: string, { state, generation, done, total, rate, secondsLeft, ...progress }: Progress): string {
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  const left = secondsLeft === null ? 'time left unknown' : `${secondsLeft} s left`;
  const { compared, comparable, differences } = progress;
  const comparison =
    compared === null
      ? ''
      : `; compared ${compared} of ${comparable}, ${differences} ${differences === 1 ? 'differs' : 'differ'}`;
  return `${name} generation ${generation}: ${state}, ${done} of ${total} events (${percent} %), ${rate}/s, ${left}${comparison}`;
}

function heldOf(name: string, { generation, differences }: Progress): string {
  return (
    `generation ${generation} of ${name} differs from the live one in ${differences} of its subjects though its version is the same; ` +
    `the live one stays. See "tocsin projections differences ${name}", then rebuild --force to take it over, or rebuild to try anew`
  );
}

function told({ items, comparison }: Report): string {
  if (!comparison) return 'nothing was compared yet';
  const summary = `${comparison.compared} compared, ${comparison.differing} differ${comparison.finishedAt === null ? ' so far' : ''}`;
  const rows = items.map(({ id, kind, liveHash, builtHash, fields }) => [
    id,
    kind,
    liveHash?.slice(0, 12) ?? '-',
    builtHash?.slice(0, 12) ?? '-',
    Object.keys(fields).join(', '),
  ]);
  return items.length === 0 ? summary : `${table(['ID', 'KIND', 'LIVE', 'BUILT', 'FIELDS'], rows)}\n${summary}`;
}

function row(item: ProjectionState): string[] {
  return [item.name, String(item.version), item.state, item.lag === null ? 'unknown' : String(item.lag)];
}
