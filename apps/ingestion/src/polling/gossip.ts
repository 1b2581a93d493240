import { COMPARED_OF_MEMBER, type GossipRoundPayload } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { isObject } from '../source.js';

/** One node's answer, as it lies in a round. */
export type View = GossipRoundPayload['views'][number];
export type FollowUp = NonNullable<GossipRoundPayload['followUp']>;
type Member = Readonly<Record<string, unknown>>;

/** The members that an answer lists; undefined where it is no gossip. */
export function membersOf(body: unknown): readonly Member[] | undefined {
  const members = isObject(body) ? body['members'] : undefined;
  return Array.isArray(members) ? members.filter(isObject) : undefined;
}

/** What a node says of itself: by the endpoint it is asked at, else by the one it says that it serves. */
export function ownEntryOf({ body, endpoint }: View): Member | undefined {
  const members = membersOf(body);
  const { serverIp, serverPort } = (body ?? {}) as { serverIp?: unknown; serverPort?: unknown };
  return (
    members?.find((member) => endpointOf(member) === endpoint) ??
    members?.find((member) => endpointOf(member) === `${String(serverIp)}:${String(serverPort)}`)
  );
}

function endpointOf({ httpEndPointIp, httpEndPointPort }: Member): string {
  return `${String(httpEndPointIp)}:${String(httpEndPointPort)}`;
}

/**
 * The node that a majority of the answering nodes name as live Leader (reference integrations-and-sinks 2.3, 5), and its
 * own writer checkpoint. Undefined where there is none, or it did not answer.
 */
export function leaderOf(views: readonly View[]): { readonly nodeId: string; readonly writer: number } | undefined {
  const answered = views.filter(({ ok, body }) => ok && membersOf(body) !== undefined);
  const votes = new Map<unknown, number>();
  for (const { body } of answered) {
    const named = membersOf(body)!.filter(({ state, isAlive }) => state === 'Leader' && isAlive === true);
    for (const instance of new Set(named.map(({ instanceId }) => instanceId))) {
      votes.set(instance, (votes.get(instance) ?? 0) + 1);
    }
  }
  const leader = [...votes].find(([, count]) => count * 2 > answered.length)?.[0];
  if (leader === undefined) return undefined;
  for (const view of answered) {
    const own = ownEntryOf(view);
    if (own?.['instanceId'] === leader) return { nodeId: view.nodeId, writer: writerOf(own) };
  }
  return undefined;
}

/** Bytes; -1 unknown. */
function writerOf({ writerCheckpoint }: Member): number {
  return typeof writerCheckpoint === 'number' && Number.isSafeInteger(writerCheckpoint)
    ? Math.max(-1, writerCheckpoint)
    : -1;
}

/** The followers' own entries of a second read. Who did not answer is left out. */
export function followUpOf(
  startedAt: Instant,
  leader: { readonly nodeId: string; readonly writer: number },
  views: readonly View[],
): FollowUp {
  const followers = views.flatMap((view) => {
    const own = view.ok ? ownEntryOf(view) : undefined;
    const state = own?.['state'];
    return own && typeof state === 'string' && state !== ''
      ? [{ nodeId: view.nodeId, writer: writerOf(own), state }]
      : [];
  });
  return { startedAt, leaderNodeId: leader.nodeId, leaderWriter: leader.writer, followers };
}

/** Whether all answered and only their views differ: then they are asked again, for a change may be on its way. */
export function onlyDiffer(views: readonly View[]): boolean {
  const texts = new Set<string>();
  for (const { ok, body } of views) {
    const members = ok ? membersOf(body) : undefined;
    if (!members) return false;
    const compared = members.map((member) =>
      JSON.stringify([endpointOf(member), ...COMPARED_OF_MEMBER.map((name) => member[name] ?? null)]),
    );
    texts.add(compared.sort().join('\n'));
  }
  return texts.size > 1;
}
