import { murmur2 } from '#libs/core';

/**
 * The first number of the advisory locks for `purpose` in `schema`: the locks of a database are shared by all its
 * schemas.
 */
export function lockClass(purpose: 'migrate' | 'outbox-write' | 'outbox-relay', schema: string): number {
  return murmur2(Buffer.from(`${purpose}/${schema}`));
}
