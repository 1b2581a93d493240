import { randomUUID } from 'node:crypto';

/** One node of the stand-in cluster, and how it misbehaves. */
export interface NodeModel {
  readonly index: number;
  readonly host: string;
  readonly port: number;
  instanceId: string;
  /** It does not answer, and the others know. */
  down: boolean;
  /** It answers nothing but an error. */
  broken: boolean;
  /** Bytes that it is behind the leader. */
  lagBytes: number;
  /** Nodes that it cannot reach, by index. */
  unreachable: Set<number>;
  load1: number;
  usedDiskPercent: number;
  usedMemoryPercent: number;
}

/** What may be changed of a node from outside. */
export type NodeChange = Partial<
  Pick<NodeModel, 'down' | 'broken' | 'lagBytes' | 'load1' | 'usedDiskPercent' | 'usedMemoryPercent'>
> & { readonly unreachable?: readonly number[]; readonly restart?: boolean };

const WRITTEN_PER_SECOND = 4_096;
const FIRST_POSITION = 41_800_446;

/** A database cluster in memory: who leads, what is written, who sees whom (reference integrations-and-sinks 2.4). */
export class ClusterModel {
  readonly nodes: readonly NodeModel[];
  /** Term and leader; undefined where no majority is up. */
  epochNumber = 1;
  epochId = randomUUID();
  leader: number | undefined = 0;
  /** Each half has a leader of its own: the first node, and the others. */
  split = false;
  private readonly startedAt: number;

  constructor(
    addresses: readonly { readonly host: string; readonly port: number }[],
    private readonly now: () => number,
  ) {
    this.startedAt = now();
    this.nodes = addresses.map(({ host, port }, index) => ({
      index,
      host,
      port,
      instanceId: randomUUID(),
      down: false,
      broken: false,
      lagBytes: 0,
      unreachable: new Set<number>(),
      load1: 0.4,
      usedDiskPercent: 40,
      usedMemoryPercent: 55,
    }));
  }

  change(index: number, { restart, unreachable, ...change }: NodeChange): void {
    const node = this.nodes[index]!;
    Object.assign(node, change);
    if (unreachable) node.unreachable = new Set(unreachable);
    if (restart) node.instanceId = randomUUID();
    if (change.down !== undefined || (restart && this.leader === index)) this.elect();
  }

  /** A new term: of the node named, else of the first that is up, while a majority is. */
  elect(index?: number): void {
    const up = this.nodes.filter(({ down }) => !down);
    const before = this.leader;
    if (up.length * 2 <= this.nodes.length) this.leader = undefined;
    else if (index !== undefined) this.leader = index;
    else if (before === undefined || this.nodes[before]!.down) this.leader = up[0]!.index;
    if (this.leader === undefined) return;
    this.epochNumber++;
    this.epochId = randomUUID();
  }

  heal(): void {
    this.split = false;
    for (const { index } of this.nodes) {
      const well = { down: false, broken: false, lagBytes: 0, unreachable: [], load1: 0.4, usedDiskPercent: 40 };
      this.change(index, { ...well, usedMemoryPercent: 55 });
    }
  }

  /** Position to which a node has written, in bytes. */
  writerOf({ index, lagBytes }: NodeModel): number {
    const seconds = Math.floor((this.now() - this.startedAt) / 1000);
    const written = FIRST_POSITION + seconds * WRITTEN_PER_SECOND;
    return index === this.leader ? written : Math.max(0, written - lagBytes);
  }

  /** The leader in the eyes of `viewer`. */
  leaderFor(viewer: NodeModel): number | undefined {
    if (!this.split || this.nodes.length === 1) return this.leader;
    return viewer.index === 0 ? 0 : 1;
  }

  /** Whether `viewer` finds `other` alive. */
  sees(viewer: NodeModel, other: NodeModel): boolean {
    if (viewer.index === other.index) return true;
    if (other.down || viewer.unreachable.has(other.index)) return false;
    return !this.split || (viewer.index === 0) === (other.index === 0);
  }
}
