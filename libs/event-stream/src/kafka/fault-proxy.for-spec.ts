import { connect, createServer, type Server, type Socket } from 'node:net';
import { type AddressInfo } from 'node:net';
import { KafkaConnection } from './connection.js';

/** Kafka's number of a request (protocol guide, Api Keys). */
export const API = { produce: 0, fetch: 1, metadata: 3, joinGroup: 11, heartbeat: 12 } as const;

/** A fetched answer of one partition is longer than this only when it holds records. */
const WITH_RECORDS = 200;

/** One client's way through the proxy. */
interface Way {
  readonly client: Socket;
  readonly broker: Socket;
  /** Api key by correlation id of what is not answered yet. */
  readonly asked: Map<number, number>;
  dead: boolean;
}

/** Stands before a broker and does to its connections what networks do. It knows where requests begin and end. */
export class FaultProxy {
  private readonly ways = new Set<Way>();
  private readonly counts = new Map<number, number>();
  private swallowing: number | undefined;
  private resetting: number | undefined;
  private damaging = 0;
  private ignored: readonly number[] = [];
  private frozen = false;
  private delayMs = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
  ) {}

  /** Before the first of `brokers` (`host:port`). */
  static async before(brokers: readonly string[]): Promise<FaultProxy> {
    const [host = '', port] = brokers[0]!.split(':');
    const server = createServer();
    const proxy = new FaultProxy(server, { host, port: Number(port) });
    server.on('connection', (client) => proxy.open(client));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** A client that reaches every broker through here. */
  connection(clientId: string, instance?: string): KafkaConnection {
    const { port } = this.server.address() as AddressInfo;
    return new KafkaConnection({
      brokers: [`127.0.0.1:${port}`],
      clientId,
      reach: () => ({ host: '127.0.0.1', port }),
      ...(instance === undefined ? {} : { instance }),
    });
  }

  /** Requests of this kind that reached the broker. */
  passed(apiKey: number): number {
    return this.counts.get(apiKey) ?? 0;
  }

  /** The broker gets the next request of this kind; its answer is lost. */
  swallowAnswer(apiKey: number): void {
    this.swallowing = apiKey;
  }

  /** The next request of this kind breaks off in the middle, with a reset. */
  resetDuring(apiKey: number): void {
    this.resetting = apiKey;
  }

  /** Requests of these kinds reach nobody. */
  ignore(...apiKeys: readonly number[]): void {
    this.ignored = apiKeys;
  }

  /** The last bytes of the next `times` fetched answers with records are wrong. */
  damageFetched(times: number): void {
    this.damaging = times;
  }

  /** Connections of now stay open and carry nothing any more, and new ones neither, until `thaw`. */
  freeze(): void {
    this.frozen = true;
    for (const way of this.ways) way.dead = true;
  }

  /** New connections work; those of before stay dead. */
  thaw(): void {
    this.frozen = false;
  }

  /** Milliseconds that each answer takes longer. */
  delay(ms: number): void {
    this.delayMs = ms;
  }

  async close(): Promise<void> {
    for (const { client, broker } of this.ways) {
      client.destroy();
      broker.destroy();
    }
    await new Promise((resolve) => this.server.close(resolve));
  }

  private open(client: Socket): void {
    const way: Way = { client, broker: connect(this.target), asked: new Map(), dead: this.frozen };
    this.ways.add(way);
    const end = (): void => {
      this.ways.delete(way);
      client.destroy();
      way.broker.destroy();
    };
    for (const socket of [client, way.broker]) socket.on('error', () => undefined).on('close', end);
    client.on(
      'data',
      framesOf((frame) => this.request(way, frame)),
    );
    way.broker.on(
      'data',
      framesOf((frame) => this.answer(way, frame)),
    );
  }

  private request(way: Way, frame: Buffer): void {
    if (way.dead) return;
    const apiKey = frame.readInt16BE(4);
    if (this.ignored.includes(apiKey)) return;
    if (this.resetting === apiKey) {
      this.resetting = undefined;
      way.broker.write(frame.subarray(0, frame.length >> 1));
      way.client.resetAndDestroy();
      return;
    }
    this.counts.set(apiKey, this.passed(apiKey) + 1);
    way.asked.set(frame.readInt32BE(8), apiKey);
    way.broker.write(frame);
  }

  private answer(way: Way, frame: Buffer): void {
    const correlation = frame.readInt32BE(4);
    const apiKey = way.asked.get(correlation);
    way.asked.delete(correlation);
    if (way.dead) return;
    if (apiKey === this.swallowing) {
      this.swallowing = undefined;
      return;
    }
    if (apiKey === API.fetch && this.damaging > 0 && frame.length > WITH_RECORDS) {
      this.damaging -= 1;
      frame.writeUInt8(frame.readUInt8(frame.length - 4) ^ 1, frame.length - 4);
    }
    if (this.delayMs > 0) setTimeout(() => way.client.write(frame), this.delayMs);
    else way.client.write(frame);
  }
}

/** Cuts a stream into Kafka's messages: four bytes of length, then as many bytes. */
function framesOf(take: (frame: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      take(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  };
}
