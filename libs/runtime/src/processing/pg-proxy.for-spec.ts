import { connect, createServer, type Socket } from 'node:net';
import { type AddressInfo } from 'node:net';

const COMMIT_DONE = Buffer.from('C\0\0\0\x0bCOMMIT\0', 'latin1');

/**
 * Stands between a client and PostgreSQL. Told to, it lets the next COMMIT through and cuts the connection instead of
 * passing its answer on; or refuses everybody for a while.
 */
export async function pgProxy(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const state = { swallowCommit: false, swallowed: 0, down: false };
  const server = createServer((client) => {
    if (state.down) return void client.destroy();
    const upstream = connect(Number(target.port || 5432), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (data) => upstream.write(data));
    upstream.on('data', (data) => {
      if (state.swallowCommit && data.includes(COMMIT_DONE)) {
        state.swallowCommit = false;
        state.swallowed += 1;
        client.destroy();
      } else client.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.toString(),
    state,
    /** Ends every connection. */
    cut,
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
