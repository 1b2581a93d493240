import { type Tx } from '#libs/store';

export interface PhoneNumber {
  readonly pk: number;
  readonly user: number;
  readonly phone_number: string;
}

const COLUMNS = 'pk, user_pk as "user", phone_number';

export async function phoneNumbersOf(tx: Tx, userPk: number): Promise<PhoneNumber[]> {
  const { rows } = await tx.query<PhoneNumber>(
    `select ${COLUMNS} from access.phone_number where user_pk = $1 order by pk`,
    [userPk],
  );
  return rows;
}

/** Undefined where the user has that number already. */
export async function insertPhoneNumber(tx: Tx, userPk: number, text: string): Promise<PhoneNumber | undefined> {
  const { rows } = await tx.query<PhoneNumber>(
    `insert into access.phone_number (user_pk, phone_number) values ($1, $2) on conflict do nothing returning ${COLUMNS}`,
    [userPk, text],
  );
  return rows[0];
}

/** Undefined where the user has no such entry, or has that number in another one. */
export async function updatePhoneNumber(
  tx: Tx,
  userPk: number,
  pk: number,
  text: string,
): Promise<PhoneNumber | undefined> {
  const { rows } = await tx.query<PhoneNumber>(
    `update access.phone_number set phone_number = $3
      where user_pk = $1 and pk = $2
        and not exists (select from access.phone_number other where other.user_pk = $1 and other.phone_number = $3 and other.pk <> $2)
      returning ${COLUMNS}`,
    [userPk, pk, text],
  );
  return rows[0];
}

/** @returns whether the user had it */
export async function deletePhoneNumber(tx: Tx, userPk: number, pk: number): Promise<boolean> {
  const { rowCount } = await tx.query('delete from access.phone_number where user_pk = $1 and pk = $2', [userPk, pk]);
  return rowCount > 0;
}
