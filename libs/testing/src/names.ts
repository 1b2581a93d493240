import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { type AddressInfo } from 'node:net';

/** `prefix_` and 12 random hex digits: a name that no other spec has. Valid for topics, databases and schemas. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`;
}

/** A port that was free a moment ago. Prefer port 0 where the program can tell what it got. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
