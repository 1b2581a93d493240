import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { CannotStartError } from './program.js';

/** Below the range that systems give to outgoing connections, so that a port kept in a home is free again later. */
const FIRST = 20_000;
const LAST = 31_999;
const TRIES = 200;

/** A port that somebody else holds. The message names the variable that moves it. */
export class PortTakenError extends CannotStartError {
  override readonly name = 'PortTakenError';
}

/** Whether a server could listen there now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port nobody listens on; with a count, the first of so many in a row. */
export async function freePort(count = 1): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 2 - count));
    const block = Array.from({ length: count }, (_, index) => isPortFree(port + index));
    if ((await Promise.all(block)).every(Boolean)) return port;
  }
  throw new Error(`no free port between ${FIRST} and ${LAST}`);
}

/** The port kept in a file, while it is free; else another one, which is kept. */
export async function keptPort(file: string): Promise<number> {
  const kept = readPort(file);
  if (kept !== undefined && (await isPortFree(kept))) return kept;
  const port = await freePort();
  writeFileSync(file, `${port}\n`);
  return port;
}

function readPort(file: string): number | undefined {
  try {
    const port = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(port) && port > 0 ? port : undefined;
  } catch {
    return undefined;
  }
}
