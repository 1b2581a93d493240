import { Agent, request } from 'undici';
import { type Cluster } from '../clusters/cluster.js';
import { guardedLookup, isForbiddenHost } from './address-guard.js';

/** An answer with status 200, or why there is none. */
export type Answer = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string };

/** Milliseconds for one question in all (reference integrations-and-sinks 2.3, 4). */
const PATIENCE = 5_000;
/** Agents of clusters with TLS settings of their own that are kept. */
const MAX_AGENTS = 1_000;

/** Who is asked, and with what. */
export interface Asked {
  readonly cluster: Pick<Cluster, 'organizationId' | 'clusterId' | 'polling'>;
  readonly endpoint: string;
  readonly path: string;
  /** Bytes of the answer. */
  readonly most: number;
  /** `Authorization`, where the cluster asks for it. */
  readonly authorization?: string | undefined;
}

/**
 * Asks nodes over HTTP or HTTPS. Only registered endpoints and fixed paths are asked, redirects are not followed, and an
 * answer ends at its bound.
 */
export class NodeClient {
  private readonly plain = new Agent({ connect: { timeout: PATIENCE, lookup: guardedLookup }, connections: 4 });
  private readonly agents = new Map<string, Agent>();

  async ask(asked: Asked, stop: AbortSignal): Promise<Answer> {
    const { cluster, endpoint, path, most, authorization } = asked;
    if (isForbiddenHost(endpoint)) return { ok: false, error: 'EFORBIDDEN: not an address of a database' };
    const url = `${cluster.polling.tls ? 'https' : 'http'}://${endpoint}${path}`;
    const headers = { accept: '*/*', ...(authorization === undefined ? {} : { authorization }) };
    try {
      const signal = AbortSignal.any([stop, AbortSignal.timeout(PATIENCE)]);
      const dispatcher = this.agentOf(cluster);
      const { statusCode, body } = await request(url, { dispatcher, signal, headers });
      const text = await textOf(body, most);
      if (text === undefined) return { ok: false, error: `the answer is larger than ${most} bytes` };
      return statusCode === 200 ? { ok: true, text } : { ok: false, error: `status ${statusCode}` };
    } catch (error) {
      return { ok: false, error: reasonOf(error) };
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.plain, ...this.agents.values()].map((agent) => agent.destroy()));
  }

  private agentOf({ polling: { tls } }: Asked['cluster']): Agent {
    if (!tls) return this.plain;
    const key = JSON.stringify(tls);
    const known = this.agents.get(key);
    if (known) return known;
    if (this.agents.size === MAX_AGENTS) this.forget();
    const { ca, serverName, insecure = false } = tls;
    const agent = new Agent({
      connections: 4,
      connect: {
        timeout: PATIENCE,
        lookup: guardedLookup,
        rejectUnauthorized: !insecure,
        ...(ca === undefined ? {} : { ca }),
        ...(serverName === undefined ? {} : { servername: serverName }),
      },
    });
    this.agents.set(key, agent);
    return agent;
  }

  private forget(): void {
    const [key, agent] = this.agents.entries().next().value!;
    this.agents.delete(key);
    void agent.close();
  }
}

async function textOf(body: AsyncIterable<Buffer> & { destroy(): unknown }, most: number): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > most) {
      body.destroy();
      return undefined;
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Code, and no words of the other side. */
function reasonOf(error: unknown): string {
  const { name = 'error', code, cause } = error as { name?: string; code?: unknown; cause?: { code?: unknown } };
  if (name === 'TimeoutError') return `no answer within ${PATIENCE / 1000} s`;
  const told = [cause?.code, code].find((one): one is string => typeof one === 'string');
  return (told ?? name).slice(0, 100);
}
