import { derivedId } from '#libs/core';

/** Tocsin as a source of incidents: of silent sources and of tokens that end (reference argus.md 1.11, 1.12). */
export const OWN_SOURCE = { name: 'argus', type: 'tocsin' } as const;

/** Its id in an organisation. */
export function ownSourceId(organizationId: string): string {
  return derivedId('source', organizationId, OWN_SOURCE.name, OWN_SOURCE.type);
}
