import { compareInstants, type Instant, instantOfMillis, laterOf, millisOf } from '#libs/core';

/** A source that has sent heartbeats, as it stands. */
export interface WatchedSource {
  readonly organizationId: string;
  readonly pk: number;
  readonly name: string;
  readonly type: string;
  readonly lastSeen: Instant;
  /** Seconds between two heartbeats. */
  readonly every: number;
}

/** Of a source or person the valid token that lives longest, where it ends one day. */
export interface EndingToken {
  readonly organizationId: string;
  readonly tokenId: string;
  /** Name of the source or person. */
  readonly name: string;
  /** Absent for a person. */
  readonly sourcePk?: number | undefined;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** How many that would have lived longer were revoked: each time this one is the last again is another trouble. */
  readonly outlived: number;
}

/** An incident of Tocsin's own source that is open. */
export interface OpenWarning {
  readonly organizationId: string;
  readonly pk: number;
  readonly sourceIncidentId: string;
}

export interface Watched {
  readonly now: number;
  /** Milliseconds from which on signs of life were heard without a gap: nobody is silent for what we did not hear. */
  readonly since: number;
  readonly sources: readonly WatchedSource[];
  readonly tokens: readonly EndingToken[];
  readonly open: readonly OpenWarning[];
}

/** An incident to be opened: its id names what it is about, so that the same trouble is one incident. */
export interface Warning {
  readonly organizationId: string;
  readonly sourceIncidentId: string;
  readonly startTime: Instant;
  readonly level: number;
  readonly description: string;
  readonly tags: readonly string[];
}

export interface AllClear {
  readonly organizationId: string;
  readonly pk: number;
  readonly timestamp: Instant;
  readonly description: string;
}

/** What has to be said of silent sources and ending tokens. */
export interface Verdict {
  readonly warnings: readonly Warning[];
  readonly allClear: readonly AllClear[];
}

/** Milliseconds that a heartbeat may be late (reference argus.md 1.11). */
const GRACE = 10_000;
/** Milliseconds before the end of a token (reference argus.md 1.12). */
export const AHEAD = 7 * 24 * 3_600_000;

const SILENCE = 'missing_heartbeat';
const EXPIRY = 'token_expiry';

/**
 * A source that stops sending heartbeats is one incident, whose id holds when it was last seen; it is over when it is
 * seen again. A token is one incident from seven days before its end until it is revoked, another of the same source
 * or person lives longer, or it ends. Both are told from what is stored alone: asked twice, nothing new is said.
 */
export function judge(watched: Watched): Verdict {
  const open = new Set(
    watched.open.map(({ organizationId, sourceIncidentId }) => `${organizationId} ${sourceIncidentId}`),
  );
  const raised = [...watched.sources.flatMap((source) => silenceOf(source, watched)), ...expiries(watched)];
  return {
    warnings: raised.filter((warning) => !open.has(`${warning.organizationId} ${warning.sourceIncidentId}`)),
    allClear: watched.open.flatMap((warning) => clearOf(warning, watched) ?? []),
  };
}

function silenceOf(source: WatchedSource, { now, since }: Pick<Watched, 'now' | 'since'>): Warning[] {
  const { organizationId, pk, name, type, lastSeen, every } = source;
  const deadline = Math.max(millisOf(lastSeen), since) + every * 1000 + GRACE;
  if (now <= deadline) return [];
  return [
    {
      organizationId,
      sourceIncidentId: silenceId(source),
      startTime: instantOfMillis(deadline),
      level: 4,
      description: `No heartbeat of ${name} (${type}) since ${lastSeen}`,
      tags: [`problem_type=${SILENCE}`, `source_system_id=${pk}`],
    },
  ];
}

function silenceId({ pk, lastSeen }: Pick<WatchedSource, 'pk' | 'lastSeen'>): string {
  return `${SILENCE}/${pk}/${lastSeen}`;
}

function expiries({ tokens, now }: Watched): Warning[] {
  return tokens.filter((token) => ends(token, now)).map(expiryOf);
}

function ends({ expiresAt }: EndingToken, now: number): boolean {
  const left = millisOf(expiresAt) - now;
  return left > 0 && left <= AHEAD;
}

function expiryOf(token: EndingToken): Warning {
  const { organizationId, name, sourcePk, createdAt, expiresAt } = token;
  return {
    organizationId,
    sourceIncidentId: expiryId(token),
    startTime: laterOf(instantOfMillis(millisOf(expiresAt) - AHEAD), createdAt),
    level: 2,
    description: `The token of ${name} ends at ${expiresAt}`,
    tags: [
      'location=argus',
      `problem_type=${EXPIRY}`,
      ...(sourcePk === undefined ? [] : [`source_system_id=${sourcePk}`]),
      `object=${name}`,
    ],
  };
}

function expiryId({ tokenId, outlived }: EndingToken): string {
  return outlived === 0 ? `${EXPIRY}/${tokenId}` : `${EXPIRY}/${tokenId}/${outlived}`;
}

/** Undefined while the warning still holds, and for what is no warning of ours. */
function clearOf(warning: OpenWarning, watched: Watched): AllClear | undefined {
  const { organizationId, pk, sourceIncidentId } = warning;
  const [problem, subject] = sourceIncidentId.split('/', 2);
  const now = instantOfMillis(watched.now);
  if (problem === EXPIRY) {
    if (watched.tokens.some((token) => ends(token, watched.now) && expiryId(token) === sourceIncidentId))
      return undefined;
    return { organizationId, pk, timestamp: now, description: 'The token was renewed or revoked, or has ended' };
  }
  if (problem !== SILENCE) return undefined;
  const source = watched.sources.find((one) => one.organizationId === organizationId && String(one.pk) === subject);
  if (!source) return { organizationId, pk, timestamp: now, description: 'Nobody waits for its heartbeats any more' };
  if (silenceId(source) === sourceIncidentId) return undefined;
  const timestamp = compareInstants(source.lastSeen, now) < 0 ? source.lastSeen : now;
  return { organizationId, pk, timestamp, description: `${source.name} (${source.type}) is back` };
}
