import { type ClusterModel, type NodeModel } from './cluster-model.js';

const GIB = 1024 ** 3;
const DISK = 100 * GIB;
const MEMORY = 8 * GIB;

/** `GET /gossip` (reference integrations-and-sinks 2.4): what a node says of all. */
export function gossipOf(cluster: ClusterModel, viewer: NodeModel, now: number): object {
  return {
    members: cluster.nodes.map((node) => memberOf(cluster, viewer, node, now)),
    serverIp: viewer.host,
    serverPort: viewer.port,
  };
}

function memberOf(cluster: ClusterModel, viewer: NodeModel, node: NodeModel, now: number): object {
  const isAlive = cluster.sees(viewer, node);
  const leader = cluster.leaderFor(viewer);
  const follows = leader === undefined ? 'Unknown' : node.lagBytes > 0 ? 'CatchingUp' : 'Follower';
  const writer = cluster.writerOf(node);
  return {
    instanceId: node.instanceId,
    timeStamp: new Date(now).toISOString().replace('Z', '0000Z'),
    state: node.index === leader ? 'Leader' : follows,
    isAlive,
    internalTcpIp: node.host,
    internalTcpPort: 0,
    internalSecureTcpPort: 1112,
    externalTcpIp: node.host,
    externalTcpPort: 0,
    externalSecureTcpPort: 0,
    internalHttpEndPointIp: node.host,
    internalHttpEndPointPort: node.port,
    httpEndPointIp: node.host,
    httpEndPointPort: node.port,
    lastCommitPosition: writer - 235,
    writerCheckpoint: writer,
    chaserCheckpoint: writer,
    epochPosition: 27_382_051,
    epochNumber: cluster.epochNumber,
    epochId: cluster.epochId,
    nodePriority: 0,
    isReadOnlyReplica: false,
    esVersion: '24.10.0',
  };
}

/** `GET /stats?group=false` (2.5): flat keys. */
export function statsOf(cluster: ClusterModel, node: NodeModel): Record<string, unknown> {
  const used = Math.round((DISK * node.usedDiskPercent) / 100);
  const writer = cluster.writerOf(node);
  return {
    'proc-startTime': '2026-11-18T06:00:11.0120000Z',
    'proc-id': 1,
    'proc-mem': 1_583_284_224,
    'proc-cpu': 12.4,
    'sys-cpu': 18.9,
    'sys-loadavg-1m': node.load1,
    'sys-loadavg-5m': node.load1,
    'sys-loadavg-15m': node.load1,
    'sys-freeMem': MEMORY - usedMemory(node),
    'sys-totalMem': MEMORY,
    'sys-drive-/data-availableBytes': DISK - used,
    'sys-drive-/data-totalBytes': DISK,
    'sys-drive-/data-usage': `${Math.round(node.usedDiskPercent)}%`,
    'sys-drive-/data-usedBytes': used,
    'es-checksum': writer,
    'es-checksumNonFlushed': writer,
    'es-queue-MainQueue-length': 0,
    'es-queue-MainQueue-currentIdleTime': '0:00:00:00.0118',
    'es-queue-MainQueue-currentItemProcessingTime': null,
  };
}

/** `GET /metrics` (2.6): Prometheus text with time stamps. */
export function metricsOf(cluster: ClusterModel, node: NodeModel, now: number): string {
  const used = Math.round((DISK * node.usedDiskPercent) / 100);
  const writer = cluster.writerOf(node);
  const state = node.index === cluster.leaderFor(node) ? 'Leader' : 'Follower';
  const series: [string, number][] = [
    ['eventstore_checkpoints{name="writer",read="non-flushed"}', writer],
    ['eventstore_elections_count', cluster.epochNumber],
    [`eventstore_statuses{name="Node",status="${state}"}`, Math.floor(now / 1000)],
    ...(['1m', '5m', '15m'] as const).map((period): [string, number] => [
      `eventstore_sys_load_avg{period="${period}"}`,
      node.load1,
    ]),
    ['eventstore_sys_cpu', 18.9],
    ['eventstore_sys_mem_bytes{kind="free"}', MEMORY - usedMemory(node)],
    ['eventstore_sys_mem_bytes{kind="total"}', MEMORY],
    ['eventstore_sys_disk_bytes{disk="/data",kind="used"}', used],
    ['eventstore_sys_disk_bytes{disk="/data",kind="total"}', DISK],
  ];
  return `# TYPE eventstore_checkpoints gauge\n${series.map(([name, value]) => `${name} ${value} ${now}\n`).join('')}`;
}

/** Lines of its log (2.7), the newest last. */
export function logOf(cluster: ClusterModel, node: NodeModel, now: number): string {
  const common = { '@l': 'Information', SourceContext: 'EventStore.Core.Services.ElectionsService', ProcessId: 1 };
  const at = (ago: number): string => new Date(now - ago).toISOString();
  const lines = [
    { '@t': at(2000), '@mt': 'ELECTIONS: starting', '@i': 1_202_815_230, ...common },
    {
      '@t': at(1000),
      '@mt': 'ELECTIONS: (V={view}) DONE. LEADER = {leader}.',
      '@i': 2_837_465_012,
      view: cluster.epochNumber,
      leader: cluster.leaderFor(node) ?? null,
      ...common,
    },
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function usedMemory({ usedMemoryPercent }: NodeModel): number {
  return Math.round((MEMORY * usedMemoryPercent) / 100);
}
