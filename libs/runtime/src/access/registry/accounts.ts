import { PersonRegistered } from '#libs/contracts';
import { derivedId, type Instant } from '#libs/core';
import { type Tx } from '#libs/store';
import { lockRegistration, type Owner, registryEvent, type RegistryUnit } from './registered.js';

/** A user: a person, or the one that stands for a source system. Usernames are unique in an organisation. */
export interface Account {
  readonly userPk: number;
  readonly username: string;
}

/** The person whose tokens are named `login`; registered where there is none. */
export async function registerPerson(unit: RegistryUnit, owner: Owner, login: string, at: Instant): Promise<Account> {
  const known = await findPerson(unit.tx, owner.organizationId, login);
  if (known) return known;
  await lockRegistration(unit.tx, owner.organizationId);
  const meanwhile = await findPerson(unit.tx, owner.organizationId, login);
  if (meanwhile) return meanwhile;
  const account = await insertAccount(unit.tx, { ...owner, kind: 'person', login, wanted: login }, at);
  const id = derivedId('person', owner.organizationId, login);
  unit.emit(registryEvent(PersonRegistered, { ...account, login }, { ...owner, id, at }));
  return account;
}

async function findPerson(tx: Tx, organizationId: string, login: string): Promise<Account | undefined> {
  const { rows } = await tx.query<Account>(
    'select pk as "userPk", username from access.account where organization_id = $1 and login = $2',
    [organizationId, login],
  );
  return rows[0];
}

interface NewAccount extends Owner {
  readonly kind: 'source' | 'person';
  readonly login: string | null;
  /** The username where nobody has it. */
  readonly wanted: string;
}

/** Under the lock of registration. A username that is taken gets a suffix, as Argus gives (reference argus.md 1.11). */
export async function insertAccount(tx: Tx, account: NewAccount, at: Instant): Promise<Account> {
  const { organizationId, kind, login, wanted } = account;
  const username = await freeUsername(tx, organizationId, wanted);
  const { rows } = await tx.query<Account>(
    `insert into access.account (pk, organization_id, kind, login, username, created_at)
     values (nextval('access.user_pk'), $1, $2, $3, $4, $5) returning pk as "userPk", username`,
    [organizationId, kind, login, username, at],
  );
  return rows[0]!;
}

async function freeUsername(tx: Tx, organizationId: string, wanted: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const username = attempt === 0 ? wanted : `${wanted}_${suffix(organizationId, wanted, attempt)}`;
    const { rowCount } = await tx.query('select 1 from access.account where organization_id = $1 and username = $2', [
      organizationId,
      username,
    ]);
    if (rowCount === 0) return username;
  }
}

/** Six hexadecimal digits in capitals; the same for the same username, so that a retry repeats it. */
function suffix(organizationId: string, wanted: string, attempt: number): string {
  return derivedId('username', organizationId, wanted, attempt).slice(0, 6).toUpperCase();
}
