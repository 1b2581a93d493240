import { Command, InvalidArgumentError } from 'commander';
import { runChaos } from './system/chaos.js';

const whole = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return Number(text);
};

const program = new Command('npm run chaos --')
  .description('Kill processes of a private installation at random under load, and account for every alert.')
  .option('--seed <n>', 'the same seed kills in the same order', whole, Math.floor(Math.random() * 1_000_000))
  .option('--kills <n>', 'how many', whole, 20)
  .option('--rate <n>', 'alerts a second', whole, 50)
  .parse();

const { seed, kills, rate } = program.opts<{ seed: number; kills: number; rate: number }>();
const outcome = await runChaos({ seed, kills, rate, say: (line) => console.log(line) });
console.log(outcome.summary);
process.exitCode = outcome.kept ? 0 : 1;
