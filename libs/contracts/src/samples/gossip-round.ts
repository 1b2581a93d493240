import { z } from 'zod';
import { defineEvent, type PayloadOf } from '../event.js';
import { instant, text } from '../fields.js';
import { clusterSubject, name } from './sample-fields.js';

/** Nodes of one cluster. */
const MAX_NODES = 64;

const endpoint = text(512);

const view = z.looseObject({
  nodeId: name,
  endpoint,
  startedAt: instant,
  durationMs: z.number().min(0).max(3_600_000),
  /** The transport's verdict; an `ok` without a list of members in its body is a failed query all the same. */
  ok: z.boolean(),
  error: z.string().max(4096).nullish(),
  /** What the node answered, as it was. */
  body: z.unknown().optional(),
});

const writer = z.number().min(-1).max(Number.MAX_SAFE_INTEGER);

const followUp = z.looseObject({
  startedAt: instant,
  leaderNodeId: name,
  /** The leader's own writer checkpoint at the first read; -1 unknown. */
  leaderWriter: writer,
  followers: z.array(z.looseObject({ nodeId: name, writer, state: text(64) })).max(MAX_NODES),
});

const gossipRound = z
  .looseObject({
    clusterId: name,
    roundId: name,
    at: instant,
    /** Every node that should answer; `endpoint` is `host:port` as the members say it. */
    expected: z
      .array(z.looseObject({ nodeId: name, endpoint }))
      .min(1)
      .max(MAX_NODES),
    views: z.array(view).max(MAX_NODES),
    /** The second read, 2 s or more later, of each follower's own entry. */
    followUp: followUp.nullish(),
  })
  .refine(({ expected }) => new Set(expected.map(({ nodeId }) => nodeId)).size === expected.length, {
    path: ['expected'],
    message: 'expected each nodeId once',
  })
  .refine(({ views }) => new Set(views.map(({ nodeId }) => nodeId)).size === views.length, {
    path: ['views'],
    message: 'expected each nodeId once',
  });

/** Reference integrations-and-sinks 2.9. */
export const GossipRound = defineEvent({
  name: 'GossipRound',
  schema: gossipRound,
  says: 'What every node of a cluster says of the cluster, asked at one time, about every 30 s.',
  subjectOf: clusterSubject,
});

export type GossipRoundPayload = PayloadOf<typeof GossipRound>;
