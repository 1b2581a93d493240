import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { type Positions } from './log-tail.js';

/** What an agent must not forget: how far the logs were sent, and the samples that could not be sent yet. */
export interface AgentState {
  readonly positions: Positions;
  readonly pending: readonly Record<string, unknown>[];
  /** Whether an agent ran here before. */
  readonly isNew: boolean;
}

const FILE = 'agent.json';

/** The state in `folder`; empty where there is none. @throws Error where the file is damaged */
export async function readState(folder: string): Promise<AgentState> {
  const file = path.join(folder, FILE);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return { positions: {}, pending: [], isNew: true };
  try {
    const { positions = {}, pending = [] } = JSON.parse(text) as Partial<AgentState>;
    return { positions, pending, isNew: false };
  } catch {
    throw new Error(`${file} is damaged; remove it to begin anew`);
  }
}

/** Written beside, on the disk, and renamed: a crash leaves the old state or the new one. */
export async function writeState(folder: string, { positions, pending }: Omit<AgentState, 'isNew'>): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = path.join(folder, `${FILE}.tmp`);
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify({ positions, pending }));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, path.join(folder, FILE));
}
