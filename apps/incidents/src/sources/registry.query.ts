import { type Principal, SOURCE_COLUMNS, SOURCE_TABLES, type SourceRow } from '#libs/runtime';
import { prepared, type Tx } from '#libs/store';

/** Whom a token speaks for. */
export interface BearerRow {
  readonly userPk: number;
  readonly username: string;
  readonly source: SourceRow | null;
}

const SOURCE_JSON = `case when source.id is null then null else json_build_object('id', source.id, 'pk', source.pk,
  'name', source.name, 'type', source.type, 'baseUrl', source.base_url, 'userPk', source.user_pk,
  'username', account.username) end`;

const BEARER = prepared(`
  select account.pk as "userPk", account.username, ${SOURCE_JSON} as source
  from access.token token join access.account account on account.pk = token.user_pk
  left join access.source source on source.id = token.source_id
  where token.id = $1`);

/** Undefined where that is not registered yet. */
export async function findBearer(tx: Tx, { tokenId }: Pick<Principal, 'tokenId'>): Promise<BearerRow | undefined> {
  const { rows } = await tx.query<BearerRow>(BEARER, [tokenId]);
  return rows[0];
}

const OF_ORGANIZATION = prepared(
  `select ${SOURCE_COLUMNS} from ${SOURCE_TABLES} where source.organization_id = $1 order by source.pk`,
);

/** Every source system of an organisation, by pk. */
export async function sourcesOf(tx: Tx, organizationId: string): Promise<SourceRow[]> {
  return (await tx.query<SourceRow>(OF_ORGANIZATION, [organizationId])).rows;
}

/** The organisation's first project; undefined where there is no such organisation. */
export async function projectOf(tx: Tx, organizationId: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ id: string }>(
    'select id from access.project where organization_id = $1 order by created_at, id limit 1',
    [organizationId],
  );
  return rows[0]?.id;
}

export interface Named {
  readonly organizationId: string;
  readonly tokenId?: string | undefined;
  readonly name: string;
  readonly type: string;
}

const OF_SENDERS = prepared(`
  select asked.place, ${SOURCE_COLUMNS}
  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) with ordinality asked(organization_id, token_id, name, type, place)
  left join access.token token on token.id = asked.token_id and token.organization_id = asked.organization_id
  join ${SOURCE_TABLES} on source.organization_id = asked.organization_id and
    case when token.source_id is null then source.name = asked.name and source.type = asked.type
      else source.id = token.source_id end`);

/** The source systems of senders, by the place of the sender in what was asked; those that are registered. */
export async function findSenders(tx: Tx, asked: readonly Named[]): Promise<ReadonlyMap<number, SourceRow>> {
  const { rows } = await tx.query<SourceRow & { place: number }>(OF_SENDERS, [
    asked.map(({ organizationId }) => organizationId),
    asked.map(({ tokenId }) => tokenId ?? null),
    asked.map(({ name }) => name),
    asked.map(({ type }) => type),
  ]);
  return new Map(rows.map(({ place, ...source }) => [place - 1, source]));
}
