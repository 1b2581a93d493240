import { z } from 'zod';

/** `host:port` and nothing else: it becomes part of a URL. */
export const ENDPOINT = /^(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9]([A-Za-z0-9._-]{0,252}[A-Za-z0-9])?):([1-9]\d{0,4})$/;

/** A node of a cluster. Without `physicalCores` its load is known, but not how much that is for it. */
const node = z.object({
  nodeId: z.string().min(1).max(256),
  /** `host:port`, as the members of its gossip say it. */
  endpoint: z.string().regex(ENDPOINT),
  physicalCores: z.number().positive().max(1_000_000).optional(),
});

const tls = z.object({
  /** Certificates that sign its nodes', PEM; absent: those that Node.js knows. */
  ca: z.string().max(65_536).optional(),
  /** The name in the nodes' certificates, where it is another than their host. */
  serverName: z.string().max(255).optional(),
  /** True: any certificate will do. */
  insecure: z.boolean().optional(),
});

const polling = z.object({
  enabled: z.boolean().default(true),
  /** Absent: plain HTTP. */
  tls: tls.optional(),
  /** Where figures are read. */
  scrape: z.enum(['metrics', 'stats', 'none']).default('metrics'),
  /** Whether a `HostSample` is made of them; not where an agent runs on the hosts. */
  hostSamples: z.boolean().default(true),
  /** `{username, password}` as JSON, sealed. */
  credentials: z.string().max(8192).optional(),
});

const registration = z.object({
  clusterId: z.string(),
  name: z.string().optional(),
  nodes: z.array(node).max(64).default([]),
  polling: polling.prefault({}),
});

/** How the nodes of a cluster are asked. */
export type Polling = z.infer<typeof polling>;
export type ClusterNode = z.infer<typeof node>;
export type Registration = z.infer<typeof registration>;

/** A registered cluster of an organisation. */
export interface Cluster extends Registration {
  readonly organizationId: string;
  readonly projectId: string;
}

/** What a `ClusterRegistered` says; undefined where its settings are not ours, for anybody may write one. */
export function registrationOf(payload: unknown): Registration | undefined {
  const parsed = registration.safeParse(payload);
  return parsed.success ? parsed.data : undefined;
}
