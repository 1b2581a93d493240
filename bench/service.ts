import { type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { freePort } from '../tools/ground/ports.js';
import { statement } from './database.js';
import { end, spawnMeasured } from './pinned.js';

/** A process under measurement, and how to speak to it. */
export interface Started {
  readonly url: string;
  readonly token: string;
  readonly process: ChildProcess;
}

/** What a service of ours is started on. */
export interface ServiceGround {
  readonly brokers: readonly string[];
  readonly databaseUrl: string;
  readonly topic: string;
  /** The incidents service reads it as well. */
  readonly deadLettersTopic?: string;
  /** The first admin token; the same for all services of one database. */
  readonly adminToken: string;
  readonly env?: Readonly<Record<string, string>>;
}

const dist = path.resolve(import.meta.dirname, '..');
const LOOK_MS = 50;
const READY_WITHIN_MS = 60_000;

export function makeAdminToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Starts one service on the measured core and waits until it is ready. @throws Error when it ends before */
export async function startService(app: string, ground: ServiceGround): Promise<Started> {
  const port = await freePort();
  const process = spawnMeasured(path.join(dist, `apps/${app}/src/main.js`), {
    SERVICE_PORT: String(port),
    KAFKA_BROKERS: ground.brokers.join(','),
    DATABASE_URL: ground.databaseUrl,
    EVENTS_TOPIC: ground.topic,
    ...(ground.deadLettersTopic !== undefined && { DEAD_LETTERS_TOPIC: ground.deadLettersTopic }),
    TOCSIN_ADMIN_TOKEN: ground.adminToken,
    TOCSIN_MASTER_KEYS: `bench:${Buffer.alloc(32, 1).toString('base64')}`,
    LOG_LEVEL: 'error',
    // Counted, but out of reach: one token and one address are asking for everybody.
    RATE_LIMIT_REQUESTS: '1000000',
    RATE_LIMIT_EVENTS: '100000000',
    RATE_LIMIT_BYTES: '100000000000',
    ...ground.env,
  });
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + READY_WITHIN_MS;
  let told = '';
  const isReady = async (): Promise<boolean> => {
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    told = (await answer?.text()) ?? 'no answer';
    return answer?.ok === true;
  };
  while (!(await isReady())) {
    if (process.exitCode !== null) throw new Error(`${app} did not start`);
    if (performance.now() > deadline) throw new Error(`${app} is not ready: ${told}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return { url, token: ground.adminToken, process };
}

/** A program of the bench itself that tells its address through its channel. */
export async function startYardstick(name: string, env: NodeJS.ProcessEnv = {}): Promise<Started> {
  const process = spawnMeasured(path.join(dist, `bench/${name}.js`), env);
  const { url } = await new Promise<{ url: string }>((resolve) =>
    process.once('message', (message) => resolve(message as { url: string })),
  );
  return { url, token: '-', process };
}

/** A source system as events name it, and a token of it. */
export interface SourceIdentity {
  readonly token: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly sourceId: string;
  readonly sourcePk: number;
  readonly userPk: number;
  readonly name: string;
  readonly type: string;
}

/** Makes a source system, through the service that makes tokens, which runs for that moment alone. */
export async function makeSource(ground: ServiceGround): Promise<SourceIdentity> {
  const integrations = await startService('integrations', ground);
  try {
    const body = { name: 'bench', kind: 'source', sourceType: 'bench' };
    const { id, token } = await ask<{ id: string; token: string }>(integrations, 'POST', '/tocsin/v1/tokens', body);
    const me = await ask<{ organizationId: string; projectId: string }>(integrations, 'GET', '/tocsin/v1/me');
    const [row] = await statement<{ sourceId: string; sourcePk: number; userPk: number }>(
      ground.databaseUrl,
      `select s.id as "sourceId", s.pk::int as "sourcePk", s.user_pk::int as "userPk"
      from access.token t join access.source s on s.id = t.source_id where t.id = '${id}'`,
    );
    if (!row) throw new Error('the token has no source');
    return {
      token,
      organizationId: me.organizationId,
      projectId: me.projectId,
      ...row,
      ...body,
      type: body.sourceType,
    };
  } finally {
    await end(integrations.process);
  }
}

/** One call as JSON. @throws Error naming what was answered instead of 2xx */
export async function ask<T>({ url, token }: Started, method: string, path: string, body?: object): Promise<T> {
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text) as T;
}
