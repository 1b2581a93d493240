/** The node that telemetry of others speaks of. */
export interface Place {
  readonly clusterId: string;
  readonly nodeId: string | undefined;
}

const MAX_NAME = 256;

/** Names of attributes and labels without case and separators, the surest first. */
const CLUSTER = [
  'clusterid',
  'cluster',
  'clustername',
  'tocsincluster',
  'tocsinclusterid',
  'eventstoreclusterid',
  'kurrentdbclusterid',
  'dbclusterid',
  'k8sclustername',
  'servicenamespace',
  'servicename',
  'job',
];
const NODE = [
  'nodeid',
  'node',
  'nodename',
  'tocsinnode',
  'tocsinnodeid',
  'serviceinstanceid',
  'instance',
  'hostname',
  'hostid',
  'k8snodename',
  'k8spodname',
];

/**
 * Cluster and node as attributes or labels name them: `cluster.id`, `cluster_id`, `clusterId`, `cluster` ...; else the
 * service, as OpenTelemetry and Prometheus name what sends. Undefined where nothing says what it belongs to.
 */
export function placeOf(...said: readonly Readonly<Record<string, unknown>>[]): Place | undefined {
  const names = new Map<string, string>();
  for (const values of said) for (const key in values) note(names, key, values[key]);
  const clusterId = firstOf(CLUSTER, names);
  return clusterId === undefined ? undefined : { clusterId, nodeId: firstOf(NODE, names) };
}

/** The first that says something has it. */
function note(names: Map<string, string>, key: string, value: unknown): void {
  if (typeof value !== 'string' || value === '' || value.length > MAX_NAME || key.length > 64) return;
  const plain = key.replace(/[._-]/g, '').toLowerCase();
  if (!names.has(plain)) names.set(plain, value);
}

function firstOf(wanted: readonly string[], names: ReadonlyMap<string, string>): string | undefined {
  const found = wanted.find((name) => names.has(name));
  return found === undefined ? undefined : names.get(found);
}

/** Whether a metric tells of the database or of its host; empty for anything else (reference integrations-and-sinks 2.8). */
export function namespaceOf(metric: string): 'host' | 'eventstoredb' | '' {
  if (/^(eventstore|eventstoredb|kurrentdb|kurrent)[._]/.test(metric)) return 'eventstoredb';
  return /^(system|host|node|process)[._]/.test(metric) ? 'host' : '';
}

/** What is refused where no place is found. */
export const NO_PLACE = 'cluster.id: expected an attribute or label that names the cluster, or the service';
