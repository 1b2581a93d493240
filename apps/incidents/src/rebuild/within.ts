import { setTimeout as pause } from 'node:timers/promises';

/** What was promised, or undefined when it fails or takes longer than `ms`. */
export async function within<T>(ms: number, promised: Promise<T>): Promise<T | undefined> {
  const answered = new AbortController();
  const late = pause(ms, undefined, { signal: answered.signal }).catch(() => undefined);
  try {
    return await Promise.race([promised, late]);
  } catch {
    return undefined;
  } finally {
    answered.abort();
  }
}
