import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { parse } from 'node:querystring';

/** A call as it arrived. `body` is the whole body as text, form encoding undone. */
export interface SlackCall {
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
  readonly method: string;
  readonly token: string;
  readonly args: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A message as people in the channel see it now. */
export interface SlackMessageSeen {
  readonly channel: string;
  readonly ts: string;
  readonly text: string;
  readonly attachments: readonly Readonly<Record<string, unknown>>[];
  readonly edits: number;
}

/** How a call goes wrong. `effect` says whether the call was carried out all the same; false unless given. */
export type SlackFault =
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'rate-limited'; readonly retryAfter?: string }
  | { readonly kind: 'status'; readonly status: number; readonly body?: string; readonly effect?: boolean }
  /** The connection is accepted and never answered. */
  | { readonly kind: 'silent'; readonly effect?: boolean }
  /** Answers one byte a second. */
  | { readonly kind: 'trickle'; readonly effect?: boolean }
  /** Answers `ok` after this long, milliseconds. */
  | { readonly kind: 'slow'; readonly delay: number }
  | { readonly kind: 'huge'; readonly bytes: number; readonly effect?: boolean }
  /** Closes the connection in the middle of the answer. */
  | { readonly kind: 'cut'; readonly effect?: boolean }
  /** Closes the connection without any answer. */
  | { readonly kind: 'dropped'; readonly effect?: boolean }
  /** Answers with this body and HTTP 200. */
  | { readonly kind: 'body'; readonly body: string; readonly effect?: boolean };

export interface SlackStandInOptions {
  readonly port?: number;
  /** Known tokens; absent: every token is good. */
  readonly tokens?: readonly string[];
  /** Channels that exist, id by name; absent: every channel exists, and a name is its own id. */
  readonly channels?: Readonly<Record<string, string>>;
  /** Holds posts and edits to Slack's documented rates. */
  readonly enforceRates?: boolean;
  /** Keeps no calls and no messages: for benches. */
  readonly forgetful?: boolean;
  readonly onCall?: (call: SlackCall) => void;
}

const NAMES: Readonly<Record<string, string>> = {
  '/api/chat.postMessage': 'chat.postMessage',
  '/api/chat.update': 'chat.update',
  '/api/auth.test': 'auth.test',
};

/** A Slack of our own on loopback that goes wrong as it is told to, and keeps what it was told. */
export class SlackStandIn {
  readonly calls: SlackCall[] = [];
  readonly #messages = new Map<string, SlackMessageSeen>();
  readonly #once = new Map<string, SlackFault[]>();
  readonly #always = new Map<string, SlackFault>();
  readonly #taken = new Map<string, number[]>();
  #count = 0;

  private constructor(
    private readonly server: Server,
    private readonly options: SlackStandInOptions,
  ) {}

  static async start(options: SlackStandInOptions = {}): Promise<SlackStandIn> {
    const server = createServer();
    const standIn = new SlackStandIn(server, options);
    server.on('request', (request, response) => standIn.#receive(request, response));
    server.keepAliveTimeout = 60_000;
    server.listen(options.port ?? 0, '127.0.0.1');
    await once(server, 'listening');
    return standIn;
  }

  /** The value for SLACK_API_URL. */
  get apiUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/api/`;
  }

  get messages(): readonly SlackMessageSeen[] {
    return [...this.#messages.values()];
  }

  callsOf(method: string): readonly SlackCall[] {
    return this.calls.filter((call) => call.method === method);
  }

  /** The next call of `method` goes wrong like this; several wait in line. */
  failOnce(method: string, ...faults: readonly SlackFault[]): void {
    this.#once.set(method, [...(this.#once.get(method) ?? []), ...faults]);
  }

  /** Every call of `method` goes wrong like this, until told otherwise. */
  failAlways(method: string, fault: SlackFault | undefined): void {
    if (fault) this.#always.set(method, fault);
    else this.#always.delete(method);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const args = parse(Buffer.concat(chunks).toString('utf8')) as Record<string, string>;
      const method = NAMES[request.url ?? ''] ?? '';
      const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
      const call = { at: performance.now(), method, token, args, body: Object.values(args).join('\n') };
      if (!this.options.forgetful) this.calls.push(call);
      this.options.onCall?.(call);
      this.#respond(call, response);
    });
  }

  #respond(call: SlackCall, response: ServerResponse): void {
    const fault = this.#once.get(call.method)?.shift() ?? this.#always.get(call.method);
    if (!fault) return json(response, 200, this.#carryOut(call));
    if ('effect' in fault && fault.effect) this.#carryOut(call);
    if (fault.kind === 'slow') setTimeout(() => json(response, 200, this.#carryOut(call)), fault.delay);
    else fail(fault, response);
  }

  #carryOut(call: SlackCall): Record<string, unknown> {
    const { method, token, args } = call;
    if (!method) return { ok: false, error: 'unknown_method' };
    if (!token) return { ok: false, error: 'not_authed' };
    if (this.options.tokens && !this.options.tokens.includes(token)) return { ok: false, error: 'invalid_auth' };
    if (method === 'auth.test') return { ok: true, team: 'Stand-in', user: 'tocsin', team_id: 'T1', user_id: 'U1' };
    if (!args['text'] && !args['attachments']) return { ok: false, error: 'no_text' };
    const limited = this.options.enforceRates && this.#overRate(call);
    if (limited) return { ok: false, error: 'ratelimited' };
    return method === 'chat.postMessage' ? this.#post(args) : this.#update(args);
  }

  #post(args: SlackCall['args']): Record<string, unknown> {
    const given = args['channel'] ?? '';
    const { channels } = this.options;
    const known = channels ? (channels[given] ?? Object.values(channels).find((id) => id === given)) : given;
    if (!known) return { ok: false, error: 'channel_not_found' };
    const ts = `${1_700_000_000 + Math.floor(++this.#count / 1_000_000)}.${String(this.#count % 1_000_000).padStart(6, '0')}`;
    if (!this.options.forgetful) this.#keep({ channel: known, ts, edits: 0 }, args);
    return { ok: true, channel: known, ts };
  }

  #update(args: SlackCall['args']): Record<string, unknown> {
    const { channel = '', ts = '' } = args;
    if ((args['text']?.length ?? 0) > 4000) return { ok: false, error: 'msg_too_long' };
    const message = this.#messages.get(`${channel}/${ts}`);
    if (!this.options.forgetful) {
      if (!message) return { ok: false, error: 'message_not_found' };
      this.#keep({ channel, ts, edits: message.edits + 1 }, args);
    }
    return { ok: true, channel, ts };
  }

  #keep(place: { channel: string; ts: string; edits: number }, args: SlackCall['args']): void {
    const attachments = JSON.parse(args['attachments'] ?? '[]') as SlackMessageSeen['attachments'];
    this.#messages.set(`${place.channel}/${place.ts}`, { ...place, text: args['text'] ?? '', attachments });
  }

  /** More than one post in a second (after a burst of three) in a channel, or more than 50 edits a minute of a token. */
  #overRate({ method, token, args, at }: SlackCall): boolean {
    const posting = method === 'chat.postMessage';
    const key = posting ? `${token}/${args['channel'] ?? ''}` : token;
    const [most, window] = posting ? [4, 3000] : [50, 60_000];
    const recent = (this.#taken.get(key) ?? []).filter((time) => time > at - window);
    const over = recent.length >= most;
    this.#taken.set(key, over ? recent : [...recent, at]);
    return over;
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}

function fail(fault: Exclude<SlackFault, { kind: 'slow' }>, response: ServerResponse): void {
  switch (fault.kind) {
    case 'error':
      return json(response, 200, { ok: false, error: fault.code });
    case 'rate-limited':
      if (fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter);
      return json(response, 429, { ok: false, error: 'ratelimited' });
    case 'status':
      response
        .writeHead(fault.status, { 'content-type': 'text/html' })
        .end(fault.body ?? `<html>${fault.status}</html>`);
      return;
    case 'body':
      response.writeHead(200, { 'content-type': 'application/json' }).end(fault.body);
      return;
    case 'silent':
      return;
    case 'trickle':
      return trickle(response);
    case 'huge':
      return huge(response, fault.bytes);
    case 'cut':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      response.write('{"ok":true,"channel":"C');
      setTimeout(() => response.destroy(), 5);
      return;
    case 'dropped':
      response.destroy();
  }
}

function trickle(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100_000 });
  const timer = setInterval(() => response.write(' '), 1000);
  response.write(' ');
  response.on('close', () => clearInterval(timer));
}

function huge(response: ServerResponse, bytes: number): void {
  const chunk = Buffer.alloc(65_536, 0x20);
  let left = bytes;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"ok":true,"padding":"');
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= chunk.length;
      if (!response.write(chunk)) return void response.once('drain', more);
    }
    response.end('"}');
  };
  more();
}
