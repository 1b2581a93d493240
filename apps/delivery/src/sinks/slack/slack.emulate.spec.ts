import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEmulator, type Emulator } from 'emulate';
import { readFileSync } from 'node:fs';
import { type Message, type Outcome, type Receipt, type Target } from '../../sink.js';
import { renderSlack, type SlackMessage } from './slack.render.js';
import { slack } from './slack.sink.js';

/** An independently written Slack server (reference integrations-and-sinks 6). */
describe('the Slack sink against an independent server', () => {
  const token = 'xoxb-spec';
  const message = (name: string): SlackMessage =>
    renderSlack(JSON.parse(readFileSync(new URL(`./fixtures/${name}.in.json`, import.meta.url), 'utf8')) as Message);
  let server: Emulator;
  let target: Target<{ channelId: string }, SlackMessage>;

  beforeAll(async () => {
    const seed = {
      slack: {
        users: [{ name: 'tocsin' }],
        channels: [{ name: 'ops' }],
        strict_scopes: true,
        tokens: [
          { token, user: 'tocsin', scopes: ['chat:write', 'channels:history', 'channels:read'] },
          { token: 'xoxb-poor', user: 'tocsin', scopes: ['users:read'] },
        ],
      },
    };
    server = await createEmulator({ service: 'slack', port: 0, seed });
    target = slack.open({ SLACK_API_URL: `${server.url}/api/`, SLACK_UPDATE_INTERVAL: 300, SLACK_POST_RATE: 1 });
  });

  afterAll(async () => {
    await target?.close();
    await server?.close();
  });

  const call = (channelId: string, clear = token) => ({
    config: { channelId },
    secrets: { token: clear },
    signal: new AbortController().signal,
  });
  const send = (name: string, channelId: string, receipt?: Receipt, clear = token): Promise<Outcome> =>
    target.send(message(name), receipt, call(channelId, clear));
  const history = async (channel: string): Promise<readonly Record<string, unknown>[]> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ channel });
    const answer = await fetch(`${server.url}/api/conversations.history`, { method: 'POST', headers, body });
    return ((await answer.json()) as { messages: Record<string, unknown>[] }).messages;
  };

  it('posts to a channel by its name, and edits by the id that came back', async () => {
    const posted = await send('open', '#ops');
    expect(posted).toEqual({
      kind: 'delivered',
      receipt: { channel: expect.stringMatching(/^C/), ts: expect.any(String) },
    });
    const { receipt } = posted as { receipt: Receipt };
    const red = await history(receipt['channel']!);
    expect(red).toMatchObject([{ text: 'Open: Disk full on db1', attachments: [{ color: 'danger' }] }]);
    expect(await send('closed', '#ops', receipt)).toEqual(posted);
    const green = await history(receipt['channel']!);
    expect(green).toMatchObject([
      { ts: receipt['ts'], text: 'Closed: Disk full on db1', attachments: [{ color: 'good' }] },
    ]);
  });

  it.each([
    ['a channel that is not there', 'none', token, 'channel_not_found'],
    ['a token without the scope', '#ops', 'xoxb-poor', 'missing_scope'],
  ])('knows the refusal of %s', async (_, channelId, clear, code) => {
    expect(await send('open', channelId, undefined, clear)).toMatchObject({
      kind: 'rejected',
      scope: 'integration',
      code,
    });
  });

  it('knows that a message is gone', async () => {
    const { receipt } = (await send('open', '#ops')) as { receipt: Receipt };
    const lost = { channel: receipt['channel']!, ts: '1.000001' };
    expect(await send('closed', '#ops', lost)).toMatchObject({
      kind: 'rejected',
      scope: 'receipt',
      code: 'message_not_found',
    });
  });

  it('probes the token without a message', async () => {
    expect(await target.probe('token_revoked', call('#ops'))).toEqual({ kind: 'well' });
  });
});
