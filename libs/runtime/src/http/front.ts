import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { problem, problemDocument, problemHeaders, ServiceUnavailable } from './problem.js';
import { pathOf } from './problem-reply.js';

type RawHandler = (request: IncomingMessage, response: ServerResponse) => void;

const SECOND = 1000;

/**
 * The listening socket of a service. It answers from the first moment: health by `health`, all else 503 until it is
 * opened to the application. So a service whose database is down at start is there and says so.
 */
export class HttpFront {
  readonly server: Server;
  private handler: RawHandler = (request, response) => void this.answerStarting(request, response);
  /** What answers once the front is open. */
  application: RawHandler | undefined;
  /** True from the moment that the process is about to stop. */
  draining = false;

  constructor(private readonly health: (path: string) => Promise<{ status: number; body: object } | undefined>) {
    this.server = createServer(
      {
        headersTimeout: 10 * SECOND,
        requestTimeout: 30 * SECOND,
        connectionsCheckingInterval: 2 * SECOND,
        maxHeaderSize: 16_384,
      },
      (request, response) => this.handler(request, response),
    );
    this.server.keepAliveTimeout = 75 * SECOND;
  }

  /** Lets the application answer from now on. */
  open(): void {
    if (this.application) this.handler = this.application;
  }

  /** @returns the URL that it listens on. @throws Error that names port and variable when it cannot */
  async listen(port: number, host: string): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    const address = this.server.address() as AddressInfo;
    const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return `http://${name}:${address.port}`;
  }

  /**
   * Takes no new connection, lets requests under way end, and closes what is left after `patience` milliseconds.
   * Answers meanwhile carry `Connection: close`.
   */
  async drain(patience: number): Promise<void> {
    this.draining = true;
    if (!this.server.listening) return;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    const force = setTimeout(() => this.server.closeAllConnections(), patience);
    await closed;
    clearTimeout(force);
  }

  private async answerStarting(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request.url ?? '/');
    const health = await this.health(path).catch(() => undefined);
    if (health)
      return write(response, health.status, { 'content-type': 'application/json; charset=utf-8' }, health.body);
    const starting = this.draining ? problem(503, 'Service unavailable') : new ServiceUnavailable('starting', 2);
    write(
      response,
      starting.status,
      { ...problemHeaders(starting), connection: 'close' },
      problemDocument(starting, path),
    );
  }
}

function write(response: ServerResponse, status: number, headers: Record<string, string>, body: object): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { ...headers, 'cache-control': 'no-store', 'content-length': Buffer.byteLength(text) })
    .end(text);
}
