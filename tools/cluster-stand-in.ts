import { parseArgs } from 'node:util';
import { startClusterStandIn } from '#libs/testing';

/**
 * `npm run cluster-stand-in [-- --nodes 3 --port 2113 --control-port 2100]`: a database cluster to try Tocsin without one.
 * Prints how to register it, and how to make it misbehave.
 */
const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '3' },
    port: { type: 'string', default: '2113' },
    'control-port': { type: 'string', default: '2100' },
  },
});

try {
  if (!['1', '3', '5'].includes(values.nodes)) throw new Error(`--nodes: read "${values.nodes}"; allowed: 1, 3 or 5`);
  const { nodes, controlUrl, stop } = await startClusterStandIn({
    nodes: Number(values.nodes),
    port: Number(values.port),
    controlPort: Number(values['control-port']),
  });
  const registration = JSON.stringify({ clusterId: 'stand-in', nodes });
  const told = (path: string, body: object): string => `  curl -d '${JSON.stringify(body)}' ${controlUrl}${path}`;
  console.log(
    [
      `A stand-in of ${nodes.length} nodes: ${nodes.map(({ endpoint }) => endpoint).join(' ')}`,
      'Register it:',
      `  curl -H "authorization: Bearer $(cat .tocsin/admin-token)" -H 'content-type: application/json' -d '${registration}' http://127.0.0.1:4000/tocsin/v1/clusters`,
      'Make it misbehave:',
      told('/nodes/1', { down: true }),
      told('/nodes/2', { lagBytes: 1_000_000 }),
      told('/nodes/0', { usedDiskPercent: 95, usedMemoryPercent: 96, load1: 9 }),
      told('/nodes/2', { unreachable: [1] }),
      told('/split', { on: true }),
      told('/elect', { leader: Math.min(1, nodes.length - 1) }),
      told('/heal', {}),
    ].join('\n'),
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop());
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  console.error(code === 'EADDRINUSE' ? `${message}; choose other ports with --port and --control-port` : message);
  process.exitCode = 1;
}
