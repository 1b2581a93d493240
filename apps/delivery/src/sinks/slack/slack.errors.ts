import { type Outcome } from '../../sink.js';

export type SlackMethod = 'chat.postMessage' | 'chat.update' | 'auth.test';

/** How a call failed, before its meaning is looked up. */
export type SlackFailure =
  /** HTTP 200 with `ok: false`. */
  | { readonly kind: 'platform'; readonly code: string }
  /** HTTP 429, with the wait that Slack asks for where it named one. */
  | { readonly kind: 'rate-limited'; readonly afterMs?: number }
  | { readonly kind: 'http'; readonly status: number }
  /** No connection was made: nothing was sent. */
  | { readonly kind: 'unsent'; readonly reason: string }
  /** Anything else. The request may have been carried out. */
  | { readonly kind: 'unknown'; readonly reason: string };

type Meaning = 'retry' | 'integration' | 'message' | 'receipt' | 'ambiguous';

const RATE = 'ratelimited rate_limited message_limit_exceeded';
const RETRY =
  'internal_error service_unavailable request_timeout team_added_to_org update_failed external_channel_migrating';
const INTEGRATION =
  'invalid_auth not_authed account_inactive token_revoked token_expired missing_scope not_allowed_token_type no_permission access_denied org_login_required ekm_access_denied team_not_found channel_not_found not_in_channel is_archived is_inactive messages_tab_disabled';
const MESSAGE =
  'no_text msg_too_long msg_blocks_too_long invalid_attachments too_many_attachments attachment_payload_limit_exceeded metadata_too_large invalid_arguments';
const RECEIPT = 'message_not_found cant_update_message edit_window_closed';

const meanings = new Map<string, Meaning>([
  ...`${RATE} ${RETRY}`.split(' ').map((code) => [code, 'retry'] as const),
  ...INTEGRATION.split(' ').map((code) => [code, 'integration'] as const),
  ...MESSAGE.split(' ').map((code) => [code, 'message'] as const),
]);
const prefixes: readonly (readonly [string, Meaning])[] = [
  ['restricted_action', 'integration'],
  ['invalid_blocks', 'message'],
  ['invalid_metadata_', 'message'],
];
/** Codes that mean the same as HTTP 429. */
export const rateCodes: ReadonlySet<string> = new Set(RATE.split(' '));

const onUpdate = new Set([...RECEIPT.split(' '), 'channel_not_found', 'is_inactive']);

/** Codes that say that the token itself is refused: every integration with that token has the same trouble. */
export const credentialCodes: ReadonlySet<string> = new Set(
  'invalid_auth not_authed account_inactive token_revoked token_expired missing_scope not_allowed_token_type org_login_required ekm_access_denied'.split(
    ' ',
  ),
);

const SCOPE = 'Add the scope chat:write to the Slack app, install it again and enter the new token.';
const TOKEN = 'Enter a valid bot token (xoxb-...) of the Slack app.';
const INVITE = 'Check the channel, and invite the bot to it: /invite @bot in the channel.';
const ADMIN = 'Ask an administrator of the Slack workspace to allow the app to post there.';

const remedies: Readonly<Record<string, string>> = {
  missing_scope: SCOPE,
  not_allowed_token_type: 'Enter a bot token (xoxb-...), not a token of another kind.',
  no_permission: INVITE,
  not_in_channel: INVITE,
  channel_not_found: INVITE,
  is_inactive: 'The channel is frozen. Choose another one.',
  is_archived: 'The channel is archived. Restore it or choose another one.',
  messages_tab_disabled: 'Choose a channel: this conversation takes no messages of apps.',
  team_not_found: 'Enter the id of the channel: a token of an organisation cannot address a channel by its name.',
  access_denied: ADMIN,
  org_login_required: ADMIN,
  ekm_access_denied: ADMIN,
};

/** What a person can do about a refusal of the whole integration. */
export function remedyOf(code: string): string {
  return remedies[code] ?? (code.startsWith('restricted_action') ? ADMIN : TOKEN);
}

/**
 * What a failed call means (reference integrations-and-sinks 3.4). Whatever is unknown on a post is ambiguous, never
 * permanent; an edit can be repeated without harm.
 */
export function outcomeOf(method: SlackMethod, failure: SlackFailure): Outcome {
  if (failure.kind === 'unsent') return { kind: 'retry', reason: failure.reason };
  if (failure.kind === 'rate-limited') return rateLimited(failure.afterMs);
  const reason = reasonOf(failure);
  const meaning = failure.kind === 'platform' ? meaningOf(method, failure.code) : 'ambiguous';
  if (meaning === 'retry') return { kind: 'retry', reason };
  if (meaning === 'ambiguous')
    return method === 'chat.postMessage' ? { kind: meaning, reason } : { kind: 'retry', reason };
  const code = failure.kind === 'platform' ? failure.code : '';
  const remedy = meaning === 'integration' ? remedyOf(code) : '';
  return { kind: 'rejected', scope: meaning, code, reason, remedy, credential: credentialCodes.has(code) };
}

function meaningOf(method: SlackMethod, code: string): Meaning {
  if (method === 'chat.update' && onUpdate.has(code)) return 'receipt';
  return meanings.get(code) ?? prefixes.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'ambiguous';
}

function reasonOf(failure: SlackFailure & { kind: 'platform' | 'http' | 'unknown' }): string {
  if (failure.kind === 'platform') return `Slack answered ${failure.code}`;
  return failure.kind === 'http' ? `Slack answered HTTP ${failure.status}` : failure.reason;
}

const UNNAMED_WAIT = 30_000;
const LEAST_WAIT = 1000;
const LONGEST_WAIT = 15 * 60_000;

/** Retry-After within reason: a wrong clock or a hostile answer must not silence an integration for days. */
function rateLimited(afterMs = UNNAMED_WAIT): Outcome {
  const wait = Math.min(Math.max(afterMs, LEAST_WAIT), LONGEST_WAIT);
  return { kind: 'retry', reason: 'Slack answered ratelimited', afterMs: wait };
}
