import { existsSync } from 'node:fs';
import path from 'node:path';
import { request } from 'undici';
import { launch } from '../ground/child.js';
import { PortTakenError, isPortFree } from '../ground/ports.js';
import { CannotStartError, type Program } from '../ground/program.js';
import { type ServiceEntry, entryFile, serviceName } from '../services.js';

/** Where the services listen. */
interface Listening {
  readonly host: string;
  /** The origin's port; a service's own is this plus its offset. */
  readonly port: number;
}

/** What all services of an installation share. */
export interface ServiceSurroundings extends Listening {
  readonly root: string;
  readonly home: string;
  /** Variables for every service: addresses, topics, secrets, and what the user has set. */
  readonly environment: NodeJS.ProcessEnv;
}

const PROBE_MS = 3000;
/**
 * A service holds little for long, so a small young generation costs it next to nothing; with V8's own 16 MB, and glibc's
 * arena for each thread, an idle service takes 141 MB, with these 112 MB (measured, Node 20, two cores).
 */
const NODE_FLAGS: readonly string[] = [];
const SMALL_HEAP = { MALLOC_ARENA_MAX: '2' };

/**
 * A service as a process of its own. It ends when the channel to its supervisor closes, so none outlives a killed one.
 * @throws CannotStartError when its compiled entry is missing
 */
export function serviceProgram(entry: ServiceEntry, around: ServiceSurroundings): Program {
  const name = serviceName(entry);
  const port = around.port + entry.portOffset;
  const file = path.join(around.root, entryFile(entry));
  if (!existsSync(file))
    throw new CannotStartError(`${name}: ${entryFile(entry)} is missing; tools/services.ts lists it`);
  const env: NodeJS.ProcessEnv = {
    ...SMALL_HEAP,
    ...around.environment,
    TOCSIN_HOME: around.home,
    SERVICE: entry.app,
    HOST: around.host,
    PORT: String(around.port),
    SERVICE_PORT: String(port),
    ...(entry.sink === undefined ? {} : { SINK: entry.sink }),
  };
  return {
    name,
    async launch(log) {
      await checkPort(entry, around);
      return launch({ command: process.execPath, args: [...NODE_FLAGS, file], env, cwd: around.root, ipc: true, log });
    },
    probe: () => probe(`http://${reachable(around.host)}:${port}/health/ready`),
    stop: { signal: 'SIGTERM', graceMs: 8000 },
    stopAtOnce: 'SIGKILL',
  };
}

/**
 * Sees that every service will find its port free, before anything is started.
 * @throws PortTakenError naming the port and the variable that moves it
 */
export async function checkPorts(entries: readonly ServiceEntry[], around: Listening): Promise<void> {
  for (const entry of entries) await checkPort(entry, around);
}

async function checkPort(entry: ServiceEntry, { host, port: origin }: Listening): Promise<void> {
  const port = origin + entry.portOffset;
  if (await isPortFree(port, host)) return;
  const reason = port === origin ? '' : ` (${serviceName(entry)} listens on PORT + ${entry.portOffset})`;
  throw new PortTakenError(
    `PORT: port ${port}${reason} is held by another program; set PORT to a number with free ports after it`,
  );
}

/** An address to call for an address to listen on. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

async function probe(url: string): Promise<void> {
  const { statusCode, body } = await request(url, { reset: true, headersTimeout: PROBE_MS, bodyTimeout: PROBE_MS });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${url} answers ${statusCode}: ${text.slice(0, 300)}`);
}
