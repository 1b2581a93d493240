import { hash } from 'node:crypto';
import { canonicalJson } from '#libs/core';
import { type Sender } from '../record.js';
import { type Draft } from '../source.js';
import { type Claim } from './ledger.js';

function digest(...parts: readonly string[]): Buffer {
  return hash('sha256', parts.map((part) => `${part.length}:${part}`).join(''), 'buffer');
}

/** A request under an `Idempotency-Key`: the key is the token's own, the body every byte and where it was posted. */
export function claimOfRequest(caller: Sender, key: string, path: string, bytes: Buffer): Claim {
  return {
    key: digest('request', caller.organizationId, caller.tokenId, key),
    body: hash('sha256', Buffer.concat([Buffer.from(`${path}\n`), bytes]), 'buffer'),
  };
}

/** An event that names its own id, which is one in its organisation: what it says, in any order of its members. */
export function claimOfEvent(organizationId: string, id: string, { name, payload }: Draft): Claim {
  return { key: digest('event', organizationId, id), body: digest(name, canonicalJson(payload)) };
}
