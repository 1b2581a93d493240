type Strike = (name: string) => void;

let strike: Strike | undefined;

/**
 * A named place where a kill spec may end the process (reference performance-reliability 2.8). Without an armed hook,
 * and so in production, it does nothing.
 */
export function crashpoint(name: string): void {
  strike?.(name);
}

/** Arms the crash points with `hook`; `undefined` disarms them. The runtime calls it, and only when asked by a test. */
export function armCrashpoints(hook: Strike | undefined): void {
  strike = hook;
}
