import { readFileSync } from 'node:fs';
import path from 'node:path';
import mavenUrl from 'mvn-artifact-url';
import { EnvHttpProxyAgent } from 'undici';
import { type Artifact, download, isCached } from './download.js';

/** The lockfile: every jar of the broker, made by lock-kafka.mjs. */
export interface JarLock {
  readonly version: string;
  /** `id` is group:artifact:version. */
  readonly jars: readonly { readonly id: string; readonly size: number; readonly sha256: string }[];
}

/** Where jars are kept and fetched from. */
export interface JarSource {
  readonly cacheDir: string;
  /** A mirror; undefined for the public repository. */
  readonly mavenRepository: string | undefined;
}

/** Tells what happens, in one line each. */
export type Say = (line: string) => void;

const PARALLEL = 8;
const TOLD_EVERY = 10_000_000;

/**
 * Brings the broker's jars into the cache and gives the class path.
 * @throws Error naming the jar and what was wrong with it
 */
export async function ensureKafkaJars(source: JarSource, say: Say, lock = readJarLock()): Promise<readonly string[]> {
  const artifacts = await Promise.all(lock.jars.map((jar) => toArtifact(jar, source)));
  const cached = await Promise.all(artifacts.map(isCached));
  const missing = artifacts.filter((_, index) => !cached[index]);
  const all = `Apache Kafka ${lock.version}, ${artifacts.length} jars, ${megabytes(artifacts)} MB`;
  if (missing.length === 0) say(`kafka         ${all} from ${source.cacheDir}`);
  else await fetchAll(missing, `${all}; ${artifacts.length - missing.length} jars from the cache`, say);
  return artifacts.map((artifact) => artifact.file);
}

/** Reads the lockfile that lies beside this file. */
export function readJarLock(): JarLock {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, 'kafka-jars.json'), 'utf8')) as JarLock;
}

async function toArtifact(jar: JarLock['jars'][number], source: JarSource): Promise<Artifact> {
  const [groupId = '', artifactId = '', version = ''] = jar.id.split(':');
  const mirror = source.mavenRepository?.replace(/\/*$/, '/');
  const url = await mavenUrl.default({ groupId, artifactId, version }, mirror);
  return { url, file: path.join(source.cacheDir, 'jars', groupId, `${artifactId}-${version}.jar`), ...jar };
}

async function fetchAll(missing: readonly Artifact[], what: string, say: Say): Promise<void> {
  say(`kafka         ${what}; fetching ${missing.length} jars, ${megabytes(missing)} MB`);
  const dispatcher = new EnvHttpProxyAgent({ connections: PARALLEL });
  const queue = [...missing].sort((a, b) => b.size - a.size);
  const total = missing.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  let told = 0;
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      await download(next, { dispatcher });
      done += next.size;
      if (done - told < TOLD_EVERY && done < total) continue;
      told = done;
      say(`kafka         ... ${(done / 1e6).toFixed(0)} of ${megabytes(missing)} MB`);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker)).finally(() => dispatcher.close());
}

function megabytes(artifacts: readonly Artifact[]): string {
  return (artifacts.reduce((sum, { size }) => sum + size, 0) / 1e6).toFixed(0);
}
