import { homedir, hostname } from 'node:os';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { SystemClock } from '#libs/core';
import { Agent } from '../agent/agent.js';
import { hostReader } from '../agent/host.js';
import { endsOf } from '../agent/log-tail.js';
import { postSamples } from '../agent/post.js';
import { readState, writeState } from '../agent/state.js';
import { EXIT, Failure } from '../failure.js';
import { type Session } from '../program.js';

interface AgentArguments {
  readonly cluster: string;
  readonly node: string;
  readonly data: string;
  readonly log: readonly string[];
  readonly fromEnd?: boolean;
  readonly interval: number;
  readonly state?: string;
  readonly once?: boolean;
}

/** `tocsin agent`: on a host of the database, sends its samples and the database's logs. */
export function agentCommand(session: () => Session): Command {
  return new Command('agent')
    .description('sample this host and send on the logs of the database; Ctrl-C ends it')
    .requiredOption('--cluster <id>', 'the cluster that this host belongs to')
    .option('--node <id>', 'the node that it is', hostname())
    .option('--data <path>', 'where the database keeps its data', '/var/lib/eventstore')
    .option('--log <patterns...>', 'log files, such as "/var/log/eventstore/log*.json"', [])
    .option('--from-end', 'at the first start, pass over what the logs hold')
    .option('--interval <seconds>', 'seconds between two samples of the host', secondsOf, 15)
    .option('--state <folder>', 'where it keeps what must not be forgotten')
    .option('--once', 'one sample and what the logs hold, then end')
    .action((options: AgentArguments) => run(session(), options));
}

async function run({ instance, output }: Session, options: AgentArguments): Promise<void> {
  const { cluster, node, data, log, interval, once = false } = options;
  const folder =
    options.state ?? path.join(homedir(), '.local', 'state', 'tocsin-agent', fileNameOf(`${cluster}-${node}`));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const state = await readState(folder);
  const positions = state.isNew && options.fromEnd ? await endsOf(log) : state.positions;
  if (state.isNew) await writeState(folder, { positions, pending: [] });
  let taken = 0;
  const agent = new Agent(
    { place: { clusterId: cluster, nodeId: node }, dataPath: data, logs: log, every: interval * 1000, folder },
    {
      readHost: hostReader(),
      post: (samples) => postSamples(instance.url, instance.token, samples, stop.signal),
      clock: new SystemClock(),
      random: Math.random,
      stop: stop.signal,
      say: (line) => void process.stderr.write(`tocsin agent: ${line}\n`),
      sent: (samples) => {
        taken += samples.length;
        if (output.json) for (const sample of samples) output.line(JSON.stringify(sample));
      },
    },
    { ...state, positions },
  );
  if (!once) return agent.run();
  const all = await agent.once();
  if (!output.json) output.line(`${taken} samples sent`);
  if (!all) throw new Failure('not all could be sent; what is left is kept', EXIT.unreachable);
}

function fileNameOf(text: string): string {
  return encodeURIComponent(text).slice(0, 200);
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds >= 1 && seconds <= 3600) return seconds;
  throw new InvalidArgumentError('allowed: 1 to 3600');
}
