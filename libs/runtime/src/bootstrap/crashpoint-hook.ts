/**
 * A hook for `armCrashpoints` from `name` or `name:hit`: ends the process as `kill -9` would when the named place is
 * passed for the `hit`th time (the first unless said otherwise). Reference performance-reliability 2.8.
 */
export function crashpointHook(specification: string, die = (): void => void process.kill(process.pid, 'SIGKILL')): (name: string) => void {
  const [name, hit = '1'] = specification.split(':');
  let left = Number(hit);
  return (passed) => {
    if (passed === name && --left === 0) die();
  };
}
