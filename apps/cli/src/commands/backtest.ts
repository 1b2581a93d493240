import { Command } from 'commander';
import { EXIT, Failure } from '../failure.js';
import { table } from '../output.js';
import { type Session } from '../program.js';

interface Span {
  readonly clusterId: string;
  readonly subject: string;
  readonly openedAt: string;
  readonly closedAt?: string;
}

/** What `POST /tocsin/v1/backtests` answers. */
export interface Comparison {
  readonly recorded: number;
  readonly tried: number;
  readonly same: number;
  readonly gained: readonly Span[];
  readonly lost: readonly Span[];
  readonly moved: readonly {
    readonly recorded: Span;
    readonly tried: Span;
    readonly opensLater: number;
    readonly closesLater: number | null;
  }[];
  readonly delaySeconds: number | null;
  readonly messages: number;
}

type Told = Comparison | { readonly done: number; readonly total: number } | { readonly reason: string };

interface Options {
  readonly from: string;
  readonly to: string;
  readonly set: readonly string[];
  readonly cluster: readonly string[];
}

/** `tocsin backtest <detector>`. */
export function backtestCommand(session: () => Session): Command {
  const several = (value: string, before: readonly string[]): string[] => [...before, value];
  return new Command('backtest')
    .description('try a detector with other settings on the past; Ctrl-C cancels')
    .argument('<detector>', 'such as disk-usage')
    .requiredOption('--from <instant>', 'issues that were open at some time from here')
    .option('--to <instant>', 'to here (default: now)', new Date().toISOString())
    .option('--set <name=number>', 'a setting in place of the one that was in effect; repeatable', several, [])
    .option('--cluster <id>', 'only this cluster; repeatable', several, [])
    .action(async (detector: string, { from, to, set, cluster }: Options) => {
      const clusters = cluster.length === 0 ? {} : { clusters: cluster };
      const body = { detector, from, to, settings: settingsOf(set), ...clusters };
      session().output.show(await resultOf(session(), body), tableOf);
    });
}

/** @throws Failure for what is no `name=number` */
export function settingsOf(given: readonly string[]): Record<string, number> {
  const settings = given.map((text): [string, number] => {
    const [, name, value] = /^([^=]+)=(-?\d+(?:\.\d+)?)$/.exec(text) ?? [];
    if (name === undefined) throw new Failure(`--set ${text}: expected name=number`, EXIT.refused);
    return [name, Number(value)];
  });
  return Object.fromEntries(settings);
}

async function resultOf({ api, output }: Session, body: object): Promise<Comparison> {
  for await (const data of api.events('/tocsin/v1/backtests', body)) {
    const told = JSON.parse(data) as Told;
    if ('recorded' in told) return told;
    if ('reason' in told) throw new Failure(`the backtest ended: ${told.reason}`, EXIT.refused);
    if (!output.json) output.line(`${told.done} of ${told.total} records`);
  }
  throw new Failure('the connection ended before the result', EXIT.unreachable);
}

/** One row for each issue that differs, and what it comes to. */
export function tableOf(comparison: Comparison): string {
  const { recorded, tried, same, gained, lost, moved, delaySeconds, messages } = comparison;
  const rows = [
    ...gained.map((span) => row('gained', span, '')),
    ...lost.map((span) => row('lost', span, '')),
    ...moved.map((one) => row('moved', one.tried, wordsOf(one))),
  ];
  const delay = delaySeconds === null ? '' : `; opens ${signed(delaySeconds)} s on average`;
  const summary =
    `${recorded} recorded, ${tried} tried: ${same} the same, ${gained.length} gained, ${lost.length} lost, ` +
    `${moved.length} moved; ${signed(messages)} messages${delay}`;
  if (rows.length === 0) return summary;
  return `${table(['WHAT', 'CLUSTER', 'SUBJECT', 'OPENED', 'CLOSED', 'MOVED'], rows)}\n${summary}`;
}

function row(what: string, { clusterId, subject, openedAt, closedAt = 'open' }: Span, how: string): string[] {
  return [what, clusterId, subject, openedAt, closedAt, how];
}

function wordsOf({ opensLater, closesLater }: Comparison['moved'][number]): string {
  const closes = closesLater === null ? 'one is open' : `closes ${signed(closesLater)} s`;
  return `opens ${signed(opensLater)} s, ${closes}`;
}

function signed(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return rounded > 0 ? `+${rounded}` : String(rounded);
}
