import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { ClusterModel, type NodeModel } from './cluster-model.js';
import { gossipOf, logOf, metricsOf, statsOf } from './cluster-pages.js';

export { type NodeChange } from './cluster-model.js';

export interface ClusterStandInOptions {
  /** 1, 3 or 5. */
  readonly nodes?: number;
  readonly host?: string;
  /** Port of the first node, the others after it; 0 takes free ones. */
  readonly port?: number;
  /** Port by which it is told to misbehave; 0 takes a free one. */
  readonly controlPort?: number;
}

/** A cluster that answers as the database does, and misbehaves as it is told. */
export interface ClusterStandIn {
  readonly cluster: ClusterModel;
  /** As a registration names them. */
  readonly nodes: readonly { readonly nodeId: string; readonly endpoint: string }[];
  readonly controlUrl: string;
  stop(): Promise<void>;
}

const MAX_BODY = 64 * 1024;

/** Starts the nodes, each on a port of its own, and the control server. */
export async function startClusterStandIn(options: ClusterStandInOptions = {}): Promise<ClusterStandIn> {
  const { nodes: count = 3, host = '127.0.0.1', port = 0, controlPort = 0 } = options;
  const servers = Array.from({ length: count }, () => createServer());
  for (const [i, server] of servers.entries()) await listen(server, host, port === 0 ? 0 : port + i);
  const addresses = servers.map((server) => ({ host, port: (server.address() as AddressInfo).port }));
  const cluster = new ClusterModel(addresses, () => Date.now());
  for (const [i, server] of servers.entries()) {
    server.on('request', (request, response) => answerNode(cluster, cluster.nodes[i]!, request, response));
  }
  const control = createServer((request, response) => void answerControl(cluster, request, response));
  await listen(control, host, controlPort);
  return {
    cluster,
    nodes: addresses.map((address, i) => ({ nodeId: `n${i}`, endpoint: `${address.host}:${address.port}` })),
    controlUrl: `http://${host}:${(control.address() as AddressInfo).port}`,
    stop: async () => void (await Promise.all([...servers, control].map(close))),
  };
}

function answerNode(cluster: ClusterModel, node: NodeModel, request: IncomingMessage, response: ServerResponse): void {
  if (node.down) return void request.socket.destroy();
  if (node.broken) return send(response, 500, 'text/plain', 'broken');
  const now = Date.now();
  switch (request.url?.split('?', 1)[0]) {
    case '/gossip':
      return json(response, 200, gossipOf(cluster, node, now));
    case '/stats':
      return json(response, 200, statsOf(cluster, node));
    case '/metrics':
      return send(response, 200, 'text/plain; version=0.0.4', metricsOf(cluster, node, now));
    case '/admin/logs':
      return send(response, 200, 'application/x-ndjson', logOf(cluster, node, now));
    case '/health/live':
      return void response.writeHead(204).end();
    default:
      return json(response, 404, { error: 'not found' });
  }
}

/**
 * `GET /` tells the state; `POST /nodes/{i} {down?, broken?, lagBytes?, load1?, usedDiskPercent?, usedMemoryPercent?,
 * unreachable?: [i], restart?}`, `POST /split {on}`, `POST /elect {leader?}`, `POST /heal` change it.
 */
async function answerControl(cluster: ClusterModel, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await bodyOf(request);
    if (request.method === 'POST' && !told(cluster, request.url ?? '/', body)) {
      return json(response, 404, { error: 'POST /nodes/{i}, /split, /elect or /heal' });
    }
    json(response, 200, stateOf(cluster));
  } catch (error) {
    json(response, 400, { error: (error as Error).message });
  }
}

function told(cluster: ClusterModel, url: string, body: Record<string, unknown>): boolean {
  const index = /^\/nodes\/(\d+)$/.exec(url)?.[1];
  if (index !== undefined) {
    if (!cluster.nodes[Number(index)]) return false;
    cluster.change(Number(index), body);
  } else if (url === '/split') cluster.split = body['on'] !== false;
  else if (url === '/elect') cluster.elect(typeof body['leader'] === 'number' ? body['leader'] : undefined);
  else if (url === '/heal') cluster.heal();
  else return false;
  return true;
}

function stateOf({ nodes, leader, epochNumber, split }: ClusterModel): object {
  return { leader, epochNumber, split, nodes: nodes.map((node) => ({ ...node, unreachable: [...node.unreachable] })) };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) if ((text += String(chunk)).length > MAX_BODY) throw new Error('too large');
  const value = text === '' ? {} : (JSON.parse(text) as unknown);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('expected an object');
  return value as Record<string, unknown>;
}

function json(response: ServerResponse, status: number, body: object): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(body, undefined, 2));
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
