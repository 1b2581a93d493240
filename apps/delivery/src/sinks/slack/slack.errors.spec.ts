import { describe, expect, it } from '@jest/globals';
import { credentialCodes, outcomeOf, remedyOf, type SlackFailure } from './slack.errors.js';

const platform = (code: string): SlackFailure => ({ kind: 'platform', code });

describe('outcomeOf', () => {
  it.each(
    'internal_error service_unavailable request_timeout team_added_to_org update_failed external_channel_migrating'.split(
      ' ',
    ),
  )('tries again after %s', (code) => {
    for (const method of ['chat.postMessage', 'chat.update', 'auth.test'] as const) {
      expect(outcomeOf(method, platform(code))).toMatchObject({ kind: 'retry' });
    }
  });

  it.each(
    'invalid_auth not_authed account_inactive token_revoked token_expired missing_scope not_allowed_token_type no_permission access_denied org_login_required ekm_access_denied team_not_found not_in_channel is_archived restricted_action restricted_action_read_only_channel messages_tab_disabled'.split(
      ' ',
    ),
  )('parks the integration for %s and says what to do', (code) => {
    for (const method of ['chat.postMessage', 'chat.update', 'auth.test'] as const) {
      expect(outcomeOf(method, platform(code))).toEqual({
        kind: 'rejected',
        scope: 'integration',
        code,
        reason: `Slack answered ${code}`,
        remedy: remedyOf(code),
        credential: credentialCodes.has(code),
      });
      expect(remedyOf(code)).toMatch(/\w{3,} .*\.$/);
    }
  });

  it.each(['channel_not_found', 'is_inactive'])(
    'parks for %s on a post, and forgets the message on an edit',
    (code) => {
      expect(outcomeOf('chat.postMessage', platform(code))).toMatchObject({ scope: 'integration' });
      expect(outcomeOf('chat.update', platform(code))).toMatchObject({ scope: 'receipt' });
    },
  );

  it.each(['message_not_found', 'cant_update_message', 'edit_window_closed'])(
    'forgets the message for %s on an edit alone',
    (code) => {
      expect(outcomeOf('chat.update', platform(code))).toMatchObject({ kind: 'rejected', scope: 'receipt', code });
      expect(outcomeOf('chat.postMessage', platform(code))).toMatchObject({ kind: 'ambiguous' });
    },
  );

  it.each(
    'no_text msg_too_long msg_blocks_too_long invalid_blocks invalid_blocks_format invalid_attachments too_many_attachments attachment_payload_limit_exceeded invalid_metadata_format metadata_too_large invalid_arguments'.split(
      ' ',
    ),
  )('gives up the message for %s', (code) => {
    expect(outcomeOf('chat.postMessage', platform(code))).toMatchObject({ kind: 'rejected', scope: 'message', code });
    expect(outcomeOf('chat.update', platform(code))).toMatchObject({ kind: 'rejected', scope: 'message', code });
  });

  it.each<SlackFailure>([
    platform('fatal_error'),
    platform('a_code_of_next_year'),
    { kind: 'http', status: 500 },
    { kind: 'http', status: 503 },
    { kind: 'http', status: 403 },
    { kind: 'unknown', reason: 'Slack did not answer in time' },
  ])('is not sure of a post after %j, and repeats an edit', (failure) => {
    expect(outcomeOf('chat.postMessage', failure).kind).toBe('ambiguous');
    expect(outcomeOf('chat.update', failure).kind).toBe('retry');
    expect(outcomeOf('auth.test', failure).kind).toBe('retry');
  });

  it('tries again when nothing was sent', () => {
    expect(outcomeOf('chat.postMessage', { kind: 'unsent', reason: 'no connection' })).toEqual({
      kind: 'retry',
      reason: 'no connection',
    });
  });

  it.each([
    [undefined, 30_000],
    [0, 1000],
    [30_000, 30_000],
    [10 ** 12, 900_000],
  ])('waits as long as Slack asks for, within reason: %p becomes %p', (asked, waited) => {
    const failure: SlackFailure = { kind: 'rate-limited', ...(asked === undefined ? {} : { afterMs: asked }) };
    expect(outcomeOf('chat.postMessage', failure)).toMatchObject({ kind: 'retry', afterMs: waited });
  });
});
