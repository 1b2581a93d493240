import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { ConfigError } from '../config/config.js';
import { refuseBrokenRequest } from './client-error.js';
import { problem, problemDocument, problemHeaders, ServiceUnavailable } from './problem.js';
import { pathOf } from './problem-reply.js';

type RawHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Milliseconds. What takes longer is a broken client or a slow attack (slowloris) and is answered 408. */
export interface FrontLimits {
  readonly headers: number;
  /** The whole request, its body included. */
  readonly request: number;
  /** Between two requests of one connection. */
  readonly idle: number;
  /** How often the limits are looked at. */
  readonly check: number;
}

const LIMITS: FrontLimits = { headers: 10_000, request: 30_000, idle: 75_000, check: 2_000 };
const MAX_HEADER_BYTES = 16_384;

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

  constructor(
    private readonly health: (path: string) => Promise<{ status: number; body: object } | undefined>,
    limits: FrontLimits = LIMITS,
  ) {
    this.server = createServer(
      {
        headersTimeout: limits.headers,
        requestTimeout: limits.request,
        connectionsCheckingInterval: limits.check,
        keepAliveTimeout: limits.idle,
        maxHeaderSize: MAX_HEADER_BYTES,
      },
      (request, response) => this.handler(request, response),
    );
    this.server.on('clientError', refuseBrokenRequest);
  }

  /** Lets the application answer from now on. */
  open(): void {
    if (this.application) this.handler = this.application;
  }

  /** @returns the URL that it listens on. @throws Error that names port and variable when it cannot */
  async listen(port: number, host: string): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: NodeJS.ErrnoException): void => reject(notListening(error, port, host));
      this.server.once('error', refuse);
      this.server.listen(port, host, () => {
        this.server.off('error', refuse);
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

/** One line for whoever starts the process: which variable moves it. */
function notListening(error: NodeJS.ErrnoException, port: number, host: string): ConfigError {
  const reason = error.code === 'EADDRINUSE' ? 'somebody else listens there' : (error.code ?? error.message);
  return new ConfigError(`SERVICE_PORT, HOST: read "${port}", "${host}"; not to be had: ${reason}`);
}

function write(response: ServerResponse, status: number, headers: Record<string, string>, body: object): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { ...headers, 'cache-control': 'no-store', 'content-length': Buffer.byteLength(text) })
    .end(text);
}
