import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { type SlackFault, SlackStandIn } from '#libs/testing';
import { type Outcome, type Receipt, type Target } from '../../sink.js';
import { type SlackMessage } from './slack.render.js';
import { slack } from './slack.sink.js';

const token = 'xoxb-secret-token';
const message: SlackMessage = {
  text: 'Open: Disk full on db1',
  attachments: [
    {
      color: 'danger',
      fallback: 'Open: Disk full on db1',
      title: 'Incident #1',
      fields: [],
      footer: 'Tocsin',
      ts: 1,
      mrkdwn_in: [],
    },
  ],
  metadata: { event_type: 'tocsin_incident', event_payload: { delivery_id: 'd1' } },
};

describe('the Slack sink', () => {
  let standIn: SlackStandIn;
  let target: Target<{ channelId: string }, SlackMessage>;
  const open = (apiUrl: string): Target<{ channelId: string }, SlackMessage> =>
    slack.open({ SLACK_API_URL: apiUrl, SLACK_UPDATE_INTERVAL: 300, SLACK_POST_RATE: 1 });
  const send = (receipt?: Receipt, channelId = 'C1', timeout = 10_000, clear = token): Promise<Outcome> => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), timeout);
    const call = { config: { channelId }, secrets: { token: clear }, signal: controller.signal };
    return target.send(message, receipt, call).finally(() => clearTimeout(timer));
  };

  beforeEach(async () => {
    standIn = await SlackStandIn.start({ channels: { general: 'C1', C1: 'C1' } });
    target = open(standIn.apiUrl);
  });

  afterEach(async () => {
    await standIn.close();
    await target.close();
  });

  it('posts, and edits by the id and ts of the post', async () => {
    const posted = await send();
    expect(posted).toMatchObject({ kind: 'delivered', receipt: { channel: 'C1' } });
    const receipt = (posted as { receipt: Receipt }).receipt;
    expect(await send(receipt)).toEqual(posted);
    expect(standIn.messages).toEqual([
      { channel: 'C1', ts: receipt['ts'], text: message.text, attachments: message.attachments, edits: 1 },
    ]);
    const [post, edit] = standIn.calls;
    expect(post).toMatchObject({ token, args: { unfurl_links: 'false', metadata: JSON.stringify(message.metadata) } });
    expect(edit?.args).not.toHaveProperty('metadata');
    expect(post?.body).not.toContain(token);
  });

  it.each([
    ['#general', 1],
    ['C1', 1],
  ])('takes the channel %s and keeps its id', async (channelId, calls) => {
    expect(await send(undefined, channelId)).toMatchObject({ kind: 'delivered', receipt: { channel: 'C1' } });
    expect(standIn.calls).toHaveLength(calls);
  });

  it('tries a name as it was typed when it is not found bare', async () => {
    await standIn.close();
    standIn = await SlackStandIn.start({ channels: { '#ops': 'C2' } });
    target = open(standIn.apiUrl);
    expect(await send(undefined, '#ops')).toMatchObject({ kind: 'delivered', receipt: { channel: 'C2' } });
    expect(await send(undefined, '#none')).toMatchObject({ kind: 'rejected', code: 'channel_not_found' });
  });

  it('tries a message that Slack refuses once more in its plainest form', async () => {
    standIn.failOnce('chat.postMessage', { kind: 'error', code: 'invalid_attachments' });
    expect(await send()).toMatchObject({ kind: 'delivered' });
    expect(standIn.messages[0]?.attachments).toEqual([
      { color: 'danger', fallback: message.text, text: message.text, mrkdwn_in: [] },
    ]);
    standIn.failAlways('chat.update', { kind: 'error', code: 'msg_too_long' });
    const { ts } = standIn.messages[0]!;
    expect(await send({ channel: 'C1', ts })).toMatchObject({ kind: 'rejected', scope: 'message' });
    expect(standIn.callsOf('chat.update')).toHaveLength(2);
  });

  it.each<[string, SlackFault]>([
    ['HTTP 500', { kind: 'status', status: 500 }],
    ['HTTP 503 after it was carried out', { kind: 'status', status: 503, effect: true }],
    ['no answer', { kind: 'silent', effect: true }],
    ['one byte a second', { kind: 'trickle', effect: true }],
    ['a body of 50 MB', { kind: 'huge', bytes: 50_000_000, effect: true }],
    ['an answer cut in the middle', { kind: 'cut', effect: true }],
    ['a closed connection', { kind: 'dropped', effect: true }],
    ['HTML', { kind: 'body', body: '<html>oops</html>' }],
    ['null', { kind: 'body', body: 'null' }],
    ['ok without ts', { kind: 'body', body: '{"ok":true}' }],
    ['an empty body', { kind: 'body', body: '' }],
    ['a redirect', { kind: 'status', status: 302 }],
  ])('is not sure of a post after %s, and repeats an edit', async (_, fault) => {
    standIn.failAlways('chat.postMessage', fault);
    standIn.failAlways('chat.update', fault);
    const began = performance.now();
    expect((await send(undefined, 'C1', 300)).kind).toBe('ambiguous');
    expect((await send({ channel: 'C1', ts: '1.1' }, 'C1', 300)).kind).toBe('retry');
    expect(performance.now() - began).toBeLessThan(2000);
    expect(standIn.calls).toHaveLength(2);
  });

  it('knows that nothing was sent when nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    target = open(`http://127.0.0.1:${port}/api/`);
    expect(await send()).toEqual({ kind: 'retry', reason: 'no connection to Slack (ECONNREFUSED)' });
  });

  it.each([
    ['30', 30_000],
    ['0', 1000],
    ['99999999', 900_000],
    ['nonsense', 30_000],
    [undefined, 30_000],
  ])('honours Retry-After %p within reason', async (retryAfter, afterMs) => {
    standIn.failOnce('chat.postMessage', { kind: 'rate-limited', ...(retryAfter === undefined ? {} : { retryAfter }) });
    expect(await send()).toEqual({ kind: 'retry', reason: 'Slack answered ratelimited', afterMs });
  });

  it('honours Retry-After as a date', async () => {
    const retryAfter = new Date(Date.now() + 60_000).toUTCString();
    standIn.failOnce('chat.update', { kind: 'rate-limited', retryAfter });
    const outcome = (await send({ channel: 'C1', ts: '1.1' })) as { afterMs: number };
    expect(outcome.afterMs).toBeGreaterThan(57_000);
    expect(outcome.afterMs).toBeLessThanOrEqual(60_000);
  });

  it('asks auth.test whether a refused token is good again, and only a message for a channel', async () => {
    const call = { config: { channelId: 'C1' }, secrets: { token }, signal: new AbortController().signal };
    expect(await target.probe('token_revoked', call)).toEqual({ kind: 'well' });
    expect(await target.probe('', call)).toEqual({ kind: 'well' });
    expect(await target.probe('not_in_channel', call)).toEqual({ kind: 'unsure' });
    standIn.failAlways('auth.test', { kind: 'error', code: 'account_inactive' });
    expect(await target.probe('not_in_channel', call)).toMatchObject({ kind: 'ill', code: 'account_inactive' });
    standIn.failAlways('auth.test', { kind: 'status', status: 503 });
    expect(await target.probe('', call)).toMatchObject({ kind: 'ill', code: '' });
    expect(standIn.callsOf('chat.postMessage')).toHaveLength(0);
  });

  it('shows the token to nobody but Slack', async () => {
    const faults: SlackFault[] = [
      { kind: 'dropped' },
      { kind: 'status', status: 500, body: token },
      { kind: 'body', body: token },
      { kind: 'error', code: token },
    ];
    standIn.failOnce('chat.postMessage', ...faults);
    for (const _ of faults) expect(JSON.stringify(await send())).not.toContain('secret');
    expect(JSON.stringify(await send(undefined, 'C1', 1000, 'not a\nheader secret'))).not.toContain('secret');
  });

  it('limits posts by token and channel, edits by token', () => {
    const config = { channelId: 'C1' };
    expect(target.limits('post', config, 'h')).toEqual([{ key: 'post/h/C1', perSecond: 1, burst: 3 }]);
    for (const action of ['update', 'transition'] as const) {
      expect(target.limits(action, config, 'h')).toEqual([{ key: 'update/h', perSecond: 50 / 60, burst: 5 }]);
    }
  });
});
