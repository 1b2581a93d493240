import net from 'node:net';
import tls from 'node:tls';
import { type ISocketFactoryArgs } from 'kafkajs';

export interface Address {
  readonly host: string;
  readonly port: number;
}

const KEEP_ALIVE_MS = 10_000;

/**
 * The sockets of one client. kafkajs keeps using a connection whose answers stay away (K12, K13): this ends the sockets
 * of such a broker, so that the next try takes a new one, and makes sure that a client thrown away sends nothing more.
 */
export class Sockets {
  private readonly open = new Map<net.Socket, string>();
  private closed = false;

  constructor(private readonly reach: (broker: Address) => Address = (broker) => broker) {}

  /** What kafkajs calls for a new connection. */
  readonly factory = ({ host, port, ssl, onConnect }: ISocketFactoryArgs): net.Socket => {
    if (this.closed) throw new Error('this client is closed');
    const secure = ssl as tls.ConnectionOptions | undefined;
    const to = this.reach({ host, port });
    const socket = secure
      ? tls.connect({ ...to, ...(net.isIP(host) ? {} : { servername: host }), ...secure }, onConnect)
      : net.connect(to, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setNoDelay(true);
    this.open.set(socket, `${host}:${port}`);
    socket.once('close', () => this.open.delete(socket));
    return socket;
  };

  /** Ends the connections to `broker` (host:port), whose answer did not come in time. */
  drop(broker: string): void {
    for (const [socket, address] of this.open) {
      if (address === broker) socket.destroy(new Error(`no answer from ${broker} in time`));
    }
  }

  /** Lets the open connections end in their own time; no new one is made. */
  refuse(): void {
    this.closed = true;
  }

  /** Ends every connection and refuses new ones. What is outstanding fails at once where `reason` says why. */
  close(reason?: string): void {
    this.closed = true;
    for (const socket of this.open.keys()) socket.destroy(reason === undefined ? undefined : new Error(reason));
  }
}
