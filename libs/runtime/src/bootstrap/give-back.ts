import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options?: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/** Milliseconds over which a process is looked at, and the part of them that it may be busy to count as quiet. */
const LOOK_MS = 10_000;
const QUIET = 0.05;

/**
 * Gives the memory of the start back at once, and once more when the process is first quiet: until consumers are in their
 * groups and connections are made it grows again (delivery 152 MB, 117 afterwards). Not under load, which would have to
 * wait for it and take the memory back.
 */
export function giveBackMemoryOfStart(give: () => void = giveBackMemory, lookMs = LOOK_MS): void {
  give();
  let before = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before);
    before = performance.eventLoopUtilization();
    if (utilization >= QUIET) return;
    clearInterval(timer);
    give();
  }, lookMs).unref();
}

/** By how much of what lives garbage may grow before all of it is collected, per cent. */
const GARBAGE = 50;

/**
 * Bounds garbage by what lives. Where the machine has memory V8 lets it grow to three times that: the service that rebuilt
 * its read models took 363 to 414 MB, and 216 to 262 since, for a quarter to a half more CPU (Node 20). So it is for those services
 * that would take more memory than they may.
 */
export function boundGarbage(): void {
  setFlagsFromString(`--heap-growing-percent=${GARBAGE}`);
}

/**
 * Collects the garbage of the start and shrinks the young generation, which grew to its limit while the modules were
 * loaded: an idle service then takes 119 MB instead of 144 (measured, Node 20). The alternative, a limit of 4 MB, costs a
 * busy one a fifth of its speed: what hundreds of requests under way hold is copied four times as often.
 */
function giveBackMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  collect();
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
