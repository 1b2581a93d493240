import { connect, createServer, type Server, type Socket } from 'node:net';
import { type AddressInfo } from 'node:net';

/** A way to a server that can be cut and mended: what is behind it seems down meanwhile. */
export interface TestProxy {
  readonly port: number;
  /** Ends what goes through, refuses what comes. */
  cut(): Promise<void>;
  /** Lets everything through again, on the same port. */
  mend(): Promise<void>;
}

/** A proxy on 127.0.0.1 in front of `host:port`, open at first unless told otherwise. */
export async function testProxy(target: { host: string; port: number }, open = true): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;
  const listen = async (): Promise<void> => {
    server = createServer((client) => {
      const upstream = connect(target.port, target.host);
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => sockets.delete(socket) && other.destroy());
        socket.pipe(other);
      }
    });
    const listening = server;
    await new Promise<void>((resolve, reject) => listening.once('error', reject).listen(port, '127.0.0.1', resolve));
    port = (listening.address() as AddressInfo).port;
  };
  const cut = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    const closed = closing && new Promise((resolve) => closing.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen();
  if (!open) await cut();
  return {
    get port() {
      return port;
    },
    cut,
    mend: listen,
  };
}

/** `url` with the proxy's address in the place of the server's. */
export function through({ port }: { port: number }, url: string): string {
  const changed = new URL(url);
  changed.hostname = '127.0.0.1';
  changed.port = String(port);
  return changed.toString();
}
