import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { type Dispatcher, request } from 'undici';

/** A file that is known before it is fetched. */
export interface Artifact {
  readonly url: string;
  /** Where it is kept. */
  readonly file: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** What arrived is not what the lockfile says. */
export class CorruptDownloadError extends Error {
  override readonly name = 'CorruptDownloadError';
}

export interface DownloadOptions {
  readonly dispatcher?: Dispatcher;
  /** How often a failing download is tried in all. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; doubled for each further one. */
  readonly pauseMs?: number;
}

const IDLE_MS = 30_000;

/** Whether the kept file is whole: its size and checksum are compared, a file of the right name is not enough. */
export async function isCached(artifact: Artifact): Promise<boolean> {
  const present = await stat(artifact.file).catch(() => undefined);
  return present?.size === artifact.size && (await sha256Of(artifact.file)) === artifact.sha256;
}

/**
 * Fetches a file into place, verified, by an atomic rename: a reader sees all of it or nothing, also after a kill.
 * @throws CorruptDownloadError when every attempt brought something else; the last network error otherwise
 */
export async function download(artifact: Artifact, options: DownloadOptions = {}): Promise<void> {
  const { attempts = 4, pauseMs = 500 } = options;
  await mkdir(path.dirname(artifact.file), { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetchOnce(artifact, options.dispatcher);
    } catch (error) {
      if (attempt >= attempts) throw error;
      await delay(pauseMs * 2 ** (attempt - 1));
    }
  }
}

let drafts = 0;

async function fetchOnce(artifact: Artifact, dispatcher: Dispatcher | undefined): Promise<void> {
  const draft = `${artifact.file}.${process.pid}.${(drafts += 1)}.part`;
  try {
    const answer = await request(artifact.url, {
      headersTimeout: IDLE_MS,
      bodyTimeout: IDLE_MS,
      ...(dispatcher && { dispatcher }),
    });
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      throw new Error(`${artifact.url} answered ${answer.statusCode}`);
    }
    await pipeline(answer.body, verifier(artifact), createWriteStream(draft));
    await rename(draft, artifact.file);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Passes bytes through and fails at the first one too many, or at the end when size or checksum differ. */
function verifier({ url, size, sha256 }: Artifact) {
  return async function* verify(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > size) throw new CorruptDownloadError(`${url}: more than the ${size} bytes of the lockfile`);
      hash.update(chunk);
      yield chunk;
    }
    if (bytes < size) throw new CorruptDownloadError(`${url}: ${bytes} bytes instead of ${size}`);
    const found = hash.digest('hex');
    if (found !== sha256) throw new CorruptDownloadError(`${url}: SHA-256 is ${found} instead of ${sha256}`);
  };
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
