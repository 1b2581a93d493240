import { existsSync, writeFileSync } from 'node:fs';

/** Where a process shall die, once or always. */
interface Strike {
  readonly service: string | undefined;
  readonly name: string;
  readonly marker: string | undefined;
  left: number;
}

const FORM = /^(?:([a-z-]+)@)?([a-z.-]+)(?::(\d+))?(?:=(.+))?$/;

/**
 * A hook for `armCrashpoints` from a comma list of `[service@]name[:hit][=marker]`: ends the process as `kill -9` would
 * when the named place is passed for the `hit`th time (the first unless said otherwise). With a marker, a file, it does
 * so once: the file is made before, and where it is there the place is harmless. Reference performance-reliability 2.8.
 */
export function crashpointHook(
  specification: string,
  service: string,
  die = (): void => void process.kill(process.pid, 'SIGKILL'),
): (name: string) => void {
  const strikes = specification.split(',').flatMap((text) => strikeOf(text.trim()));
  const armed = strikes.filter((strike) => strike.service === undefined || strike.service === service);
  return (passed) => {
    for (const strike of armed) {
      if (strike.name !== passed || --strike.left !== 0) continue;
      if (strike.marker !== undefined && existsSync(strike.marker)) continue;
      if (strike.marker !== undefined) writeFileSync(strike.marker, service);
      die();
    }
  };
}

function strikeOf(text: string): Strike[] {
  const match = FORM.exec(text);
  if (!match) return [];
  const [, service, name = '', hit = '1', marker] = match;
  return [{ service, name, marker, left: Number(hit) }];
}
