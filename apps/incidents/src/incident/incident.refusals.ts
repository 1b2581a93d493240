import { type Instant } from '#libs/core';

/**
 * Why a command does nothing: facts, from which each API makes its own words (reference argus.md 1 and 2). A refused
 * command has written nothing.
 */
export type Refusal =
  | { readonly code: 'unknown-incident'; readonly pk: number }
  /** `type` may not come from a source, or from a person, or (`ACK`) not this way. */
  | { readonly code: 'wrong-role'; readonly type: string; readonly kind: 'source' | 'person' }
  | { readonly code: 'acknowledge-elsewhere'; readonly pk: number }
  | { readonly code: 'timestamp-required' }
  | { readonly code: 'already-closed' }
  | { readonly code: 'already-open' }
  | { readonly code: 'stateless' }
  | { readonly code: 'end-before-start' }
  | { readonly code: 'expiration-before-timestamp' }
  /** A new expiration is not later than `now`. */
  | { readonly code: 'expiration-past'; readonly now: Instant }
  | { readonly code: 'unknown-acknowledgement'; readonly pk: number }
  | { readonly code: 'acknowledgement-expired' }
  /** Tags of others that a source, or a person who is no admin, wants to drop. */
  | { readonly code: 'tags-not-own'; readonly tags: readonly string[] }
  /** Only its own source and admins delete an incident. */
  | { readonly code: 'not-own'; readonly pk: number }
  | { readonly code: 'unknown-tag'; readonly tag: string }
  | TagFault
  /** The source has an incident of this id already, open or closed. */
  | { readonly code: 'duplicate-source-incident-id'; readonly sourceIncidentId: string; readonly sourcePk: number }
  /** A value that cannot be kept: `field` as in `NewIncident` (`description`, `tags`, `metadata` ...). */
  | { readonly code: 'invalid'; readonly field: string; readonly message: string };

/** A text that is no tag; `index` is its place in the list that was given. */
export interface TagFault {
  readonly code: 'bad-tag';
  readonly index: number;
  readonly tag: string;
  readonly fault: 'no-delimiter' | 'empty-key' | 'bad-key';
}

const TAG_KEY = /^[a-z0-9_]+$/;

/** `key=value`, both trimmed, split at the first `=` (reference argus.md 3); or what is wrong with it. */
export function readTag(text: string): { readonly tag: string } | { readonly fault: TagFault['fault'] } {
  const at = text.indexOf('=');
  if (at < 0) return { fault: 'no-delimiter' };
  const key = text.slice(0, at).trim();
  if (key === '') return { fault: 'empty-key' };
  return TAG_KEY.test(key) ? { tag: `${key}=${text.slice(at + 1).trim()}` } : { fault: 'bad-key' };
}
