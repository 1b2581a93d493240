import { setTimeout as delay } from 'node:timers/promises';
import { oneOf, randomOf } from './random.js';
import { startTrial, type Trial } from './trial.js';

const VICTIMS = ['ingestion', 'incidents', 'integrations', 'delivery-slack', 'console', 'kafka', 'postgres'] as const;

export interface ChaosOptions {
  readonly seed: number;
  readonly kills: number;
  /** Alerts a second during the kills. */
  readonly rate: number;
  readonly say: (line: string) => void;
}

/** What a run came to; `kept` when nothing acknowledged was lost and nothing took effect twice. */
export interface ChaosOutcome {
  readonly kept: boolean;
  readonly summary: string;
}

/**
 * Kills processes of a running installation at random, one after the other, while alerts come in; then holds what was
 * acknowledged against incidents, deliveries, the Slack stand-in and a rebuild. The same seed kills in the same order.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosOutcome> {
  const { seed, kills, rate, say } = options;
  say(`chaos --seed ${seed} --kills ${kills} --rate ${rate}`);
  const trial = await startTrial();
  try {
    const name = `chaos-${seed}`;
    const random = randomOf(seed);
    let killing = true;
    const waves: Promise<Awaited<ReturnType<Trial['load']>>>[] = [];
    const feeding = (async () => {
      for (let wave = 0; killing; wave++) {
        waves.push(trial.load({ name, alerts: rate, rate, from: wave * rate }));
        await delay(1000);
      }
    })();
    await killSome(trial, kills, random, say).finally(() => (killing = false));
    await feeding;
    return await judge(trial, name, await Promise.all(waves), say);
  } finally {
    await trial.stop();
  }
}

async function killSome(trial: Trial, kills: number, random: () => number, say: (line: string) => void): Promise<void> {
  for (let kill = 1; kill <= kills; kill++) {
    await delay(200 + Math.floor(random() * 800));
    const victim = oneOf(VICTIMS, random);
    const began = performance.now();
    await trial.system.killAndWait(victim);
    say(`kill ${kill}/${kills} ${victim}: back after ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
}

async function judge(
  trial: Trial,
  name: string,
  ledgers: readonly Awaited<ReturnType<Trial['load']>>[],
  say: (line: string) => void,
): Promise<ChaosOutcome> {
  const account = await trial.account(name, ledgers.flat());
  for (const line of [...account.lost, ...account.double]) say(line);
  say(`deliveries ${JSON.stringify(account.states)}, unaccounted ${account.unaccounted}`);
  say(`incidents with an ambiguous delivery: ${account.ambiguous}`);
  const equal = await trial.rebuildsEqual();
  say(`rebuild ${equal ? 'equal' : 'DIFFERENT'}`);
  const { acked, lost, double, unaccounted } = account;
  const summary = `${acked} acked, ${lost.length} lost, ${double.length} double`;
  return { kept: lost.length === 0 && double.length === 0 && equal && unaccounted === 0, summary };
}
