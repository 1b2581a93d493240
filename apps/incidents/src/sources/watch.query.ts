import { type Instant } from '#libs/core';
import { type Tx } from '#libs/store';
import { OWN_SOURCE, ownSourceId } from './own-source.js';
import { type EndingToken, type WatchedSource } from './watch.rules.js';

/** Sources that have sent a heartbeat and are to send more; `every` seconds where nothing else is said of them. */
export async function watchedSources(tx: Tx, every: number): Promise<WatchedSource[]> {
  const { rows } = await tx.query<WatchedSource>(
    `select organization_id as "organizationId", pk, name, type, greatest(last_seen, heartbeat_at) as "lastSeen",
       coalesce(heartbeat_seconds, $1) as every
     from access.source where heartbeat_at is not null and coalesce(heartbeat_seconds, $1) > 0 order by pk`,
    [every],
  );
  return rows;
}

/**
 * Of each source or person, by kind of token, the one that lives longest, where it ends before `until`. What logins gave
 * for hours is no matter for anybody.
 */
export async function endingTokens(tx: Tx, now: Instant, until: Instant): Promise<EndingToken[]> {
  const { rows } = await tx.query<EndingToken>(
    `select last.organization_id as "organizationId", last.id as "tokenId", coalesce(source.name, account.username) as name,
       source.pk as "sourcePk", last.created_at as "createdAt", last.expires_at as "expiresAt",
       (select count(*)::int from access.token gone where gone.user_pk = last.user_pk and gone.kind = last.kind
          and gone.revoked_at is not null and gone.purpose is null
          and (gone.expires_at is null or gone.expires_at > last.expires_at)) as outlived
     from (
       select distinct on (user_pk, kind) id, organization_id, user_pk, kind, source_id, created_at, expires_at
       from access.token
       where user_pk is not null and revoked_at is null and purpose is distinct from 'login'
         and (expires_at is null or expires_at > $1)
       order by user_pk, kind, expires_at desc nulls first, id
     ) last
     join access.account account on account.pk = last.user_pk
     left join access.source source on source.id = last.source_id
     where last.expires_at <= $2 order by last.expires_at, last.id`,
    [now, until],
  );
  return rows.map(({ sourcePk, ...token }) => ({ ...token, ...(sourcePk === null ? {} : { sourcePk }) }));
}

/** The organisations where Tocsin has been a source itself. */
export async function organizationsWarned(tx: Tx): Promise<{ organizationId: string; sourcePk: number }[]> {
  const { rows } = await tx.query<{ id: string; organizationId: string; sourcePk: number }>(
    `select id, organization_id as "organizationId", pk as "sourcePk" from access.source where type = $1`,
    [OWN_SOURCE.type],
  );
  return rows.filter(({ id, organizationId }) => id === ownSourceId(organizationId));
}
