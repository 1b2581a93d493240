import { SourceRegistered, SourceRenamed, SourceTypeCreated } from '#libs/contracts';
import { derivedId, type Instant } from '#libs/core';
import { type Tx } from '#libs/store';
import { insertAccount } from './accounts.js';
import { lockRegistration, type Owner, registryEvent, type RegistryUnit } from './registered.js';

/** A source system as it is stored. */
export interface SourceRow {
  readonly id: string;
  readonly pk: number;
  readonly name: string;
  readonly type: string;
  /** Empty where it has none. */
  readonly baseUrl: string;
  readonly userPk: number;
  readonly username: string;
}

/** What names a source system, and how it begins. */
export interface NewSource {
  readonly name: string;
  readonly type: string;
  /** Empty or absent: no change to what is known. */
  readonly baseUrl?: string | undefined;
  /** Its user where that name is free; its own name where absent. */
  readonly username?: string | undefined;
}

export const SOURCE_COLUMNS = `source.id, source.pk, source.name, source.type, source.base_url as "baseUrl",
  source.user_pk as "userPk", account.username`;
export const SOURCE_TABLES = 'access.source source join access.account account on account.pk = source.user_pk';

/** Of a source that says nothing of its type. */
export const UNKNOWN_TYPE = 'unknown';

/** Types are in lower case (reference argus.md 1.11). */
export function sourceTypeOf(type: string | null | undefined): string {
  return type?.trim().toLowerCase() || UNKNOWN_TYPE;
}

/** The source system of this name and type; registered, with its type and its user, where there is none. */
export async function registerSource(
  unit: RegistryUnit,
  owner: Owner,
  wanted: NewSource,
  at: Instant,
): Promise<SourceRow> {
  const { tx } = unit;
  const { name, type } = wanted;
  const known = await findSource(tx, owner.organizationId, name, type);
  if (known && !needsBaseUrl(known, wanted)) return known;
  await lockRegistration(tx, owner.organizationId);
  const meanwhile = await findSource(tx, owner.organizationId, name, type);
  if (!meanwhile) return insertSource(unit, owner, wanted, at);
  return needsBaseUrl(meanwhile, wanted) ? addBaseUrl(unit, owner, meanwhile, wanted.baseUrl!, at) : meanwhile;
}

function needsBaseUrl(known: SourceRow, { baseUrl }: NewSource): boolean {
  return known.baseUrl === '' && baseUrl !== undefined && baseUrl !== '';
}

export async function findSource(
  tx: Tx,
  organizationId: string,
  name: string,
  type: string,
): Promise<SourceRow | undefined> {
  const { rows } = await tx.query<SourceRow>(
    `select ${SOURCE_COLUMNS} from ${SOURCE_TABLES}
      where source.organization_id = $1 and source.name = $2 and source.type = $3`,
    [organizationId, name, type],
  );
  return rows[0];
}

async function insertSource(unit: RegistryUnit, owner: Owner, wanted: NewSource, at: Instant): Promise<SourceRow> {
  const { name, type, baseUrl = '', username = name } = wanted;
  const { organizationId } = owner;
  await registerSourceType(unit, owner, type, at);
  const account = await insertAccount(unit.tx, { ...owner, kind: 'source', login: null, wanted: username }, at);
  const { rows } = await unit.tx.query<{ id: string; pk: number }>(
    `insert into access.source (id, pk, organization_id, name, type, base_url, user_pk, created_at)
     select coalesce((select $2::uuid from access.source where id = $1), $1), nextval('access.source_pk'), $3, $4, $5, $6, $7, $8
     returning id, pk`,
    [
      derivedId('source', organizationId, name, type),
      derivedId('source', organizationId, name, type, account.userPk),
      organizationId,
      name,
      type,
      baseUrl,
      account.userPk,
      at,
    ],
  );
  const source = { ...rows[0]!, name, type, baseUrl, ...account };
  announceSource(unit, owner, source, at);
  return source;
}

async function addBaseUrl(
  unit: RegistryUnit,
  owner: Owner,
  source: SourceRow,
  baseUrl: string,
  at: Instant,
): Promise<SourceRow> {
  await unit.tx.query('update access.source set base_url = $2 where id = $1', [source.id, baseUrl]);
  const changed = { ...source, baseUrl };
  announceSource(unit, owner, changed, at);
  return changed;
}

function announceSource(unit: RegistryUnit, owner: Owner, { id, ...source }: SourceRow, at: Instant): void {
  const event = { ...owner, id: derivedId('source-registered', id, source.baseUrl), at };
  unit.emit(registryEvent(SourceRegistered, { sourceId: id, ...source }, event));
}

/** @returns false where the organisation has the type already */
export async function registerSourceType(
  unit: RegistryUnit,
  owner: Owner,
  name: string,
  at: Instant,
): Promise<boolean> {
  const { organizationId } = owner;
  const { rowCount } = await unit.tx.query(
    'insert into access.source_type (organization_id, name, created_at) values ($1, $2, $3) on conflict do nothing',
    [organizationId, name, at],
  );
  if (rowCount === 0) return false;
  const id = derivedId('source-type', organizationId, name);
  unit.emit(registryEvent(SourceTypeCreated, { name }, { ...owner, id, at }));
  return true;
}

/** The source, its id given to the event. Undefined where the organisation has no such source; `taken` where another has that name. */
export async function renameSource(
  unit: RegistryUnit,
  owner: Owner,
  { pk, name, eventId }: { readonly pk: number; readonly name: string; readonly eventId: string },
  at: Instant,
): Promise<SourceRow | 'taken' | undefined> {
  const { tx } = unit;
  await lockRegistration(tx, owner.organizationId);
  const { rows } = await tx.query<SourceRow>(
    `select ${SOURCE_COLUMNS} from ${SOURCE_TABLES} where source.organization_id = $1 and source.pk = $2`,
    [owner.organizationId, pk],
  );
  const source = rows[0];
  if (!source || source.name === name) return source;
  if (await findSource(tx, owner.organizationId, name, source.type)) return 'taken';
  await tx.query('update access.source set name = $2 where id = $1', [source.id, name]);
  const payload = { sourceId: source.id, pk, name, previousName: source.name };
  unit.emit(registryEvent(SourceRenamed, payload, { ...owner, id: eventId, at }));
  return { ...source, name };
}
