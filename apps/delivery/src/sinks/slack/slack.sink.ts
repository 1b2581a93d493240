import { LogLevel, type Logger, WebAPIHTTPError, WebAPIPlatformError, WebClient } from '@slack/web-api';
import { Agent, type Dispatcher } from 'undici';
import { z } from 'zod';
import {
  type Call,
  defineSink,
  type Outcome,
  type Probe,
  type RateLimit,
  type Receipt,
  type Target,
} from '../../sink.js';
import { credentialCodes, outcomeOf, rateCodes, type SlackFailure, type SlackMethod } from './slack.errors.js';
import { renderSlack, type SlackMessage } from './slack.render.js';
import { boundedFetch, isUnsent, RateLimited, retryAfterOf } from './slack.transport.js';

const config = z.looseObject({ channelId: z.string().min(1).max(256) });
type SlackConfig = z.infer<typeof config>;

const seconds = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number)
  .refine((value) => value > 0 && value <= 86_400);

const environment = {
  SLACK_API_URL: z
    .url({ protocol: /^https?$/ })
    .regex(/\/api\/$/)
    .default('https://slack.com/api/')
    .describe('an http or https URL that ends in /api/'),
  SLACK_UPDATE_INTERVAL: seconds.default(300).describe('seconds above 0, at most 86400'),
  SLACK_POST_RATE: seconds.default(1).describe('posts a second above 0, at most 86400'),
};
type SlackEnvironment = z.infer<z.ZodObject<typeof environment>>;

/** Slack by bot token: one message an incident, edited in place. Reference integrations-and-sinks 3. */
export const slack = defineSink<SlackEnvironment, SlackConfig, SlackMessage>({
  name: 'slack',
  sources: ['issues', 'notifications'],
  coalescing: 'current-state',
  repeatable: { post: false, update: true },
  environment,
  config,
  secretFields: ['token'],
  render: renderSlack,
  open: openSlack,
});

function openSlack(env: SlackEnvironment): Target<SlackConfig, SlackMessage> {
  const agent = new Agent({ connect: { timeout: 3000 }, headersTimeout: 60_000, bodyTimeout: 60_000 });
  const send = (method: SlackMethod, body: Record<string, unknown>, call: Call<SlackConfig>): Promise<Outcome> =>
    callSlack(env.SLACK_API_URL, agent, method, body, call);
  return {
    updateInterval: env.SLACK_UPDATE_INTERVAL * 1000,
    limits: (action, { channelId }, credential) => [
      limitOf(action === 'post', channelId, credential, env.SLACK_POST_RATE),
    ],
    send: (rendered, receipt, call) => (receipt ? update(rendered, receipt, call, send) : post(rendered, call, send)),
    probe: async (code, call) => probeOf(await send('auth.test', {}, call), code),
    close: () => agent.close(),
  };
}

/** auth.test speaks for the token. Whether the channel takes messages shows a message alone. */
function probeOf(outcome: Outcome, code: string): Probe {
  if (outcome.kind === 'delivered') return { kind: code === '' || credentialCodes.has(code) ? 'well' : 'unsure' };
  if (outcome.kind === 'rejected')
    return { kind: 'ill', code: outcome.code, reason: outcome.reason, remedy: outcome.remedy };
  return { kind: 'ill', code: '', reason: outcome.reason, remedy: '' };
}

/**
 * Slack's limits: about one post a second and channel with short bursts, 50 edits a minute and token (reference 3.3).
 * `rate` is 1 against Slack; raised against a stand-in, edits are raised with it.
 */
function limitOf(posting: boolean, channelId: string, credential: string, rate: number): RateLimit {
  if (posting) return { key: `post/${credential}/${channelId}`, perSecond: rate, burst: Math.max(3, rate) };
  return { key: `update/${credential}`, perSecond: (rate * 50) / 60, burst: Math.max(5, rate) };
}

type Send = (method: SlackMethod, body: Record<string, unknown>, call: Call<SlackConfig>) => Promise<Outcome>;

/** A channel's name is sent bare, then with its `#`: both are in use, and a channel that is not found got nothing. */
async function post(rendered: SlackMessage, call: Call<SlackConfig>, send: Send): Promise<Outcome> {
  const { channelId } = call.config;
  const named = channelId.startsWith('#');
  const to = (channel: string, message: object = rendered): Promise<Outcome> =>
    send('chat.postMessage', { channel, ...message, unfurl_links: false, unfurl_media: false }, call);
  let channel = named ? channelId.slice(1) : channelId;
  let outcome = await to(channel);
  if (named && outcome.kind === 'rejected' && outcome.code === 'channel_not_found')
    outcome = await to((channel = channelId));
  return refusedMessage(outcome) ? to(channel, plain(rendered)) : outcome;
}

async function update(rendered: SlackMessage, receipt: Receipt, call: Call<SlackConfig>, send: Send): Promise<Outcome> {
  const { text, attachments } = rendered;
  const edit = (message: object): Promise<Outcome> =>
    send('chat.update', { channel: receipt['channel'], ts: receipt['ts'], ...message }, call);
  const outcome = await edit({ text, attachments });
  return refusedMessage(outcome) ? edit(plain(rendered)) : outcome;
}

function refusedMessage(outcome: Outcome): boolean {
  return outcome.kind === 'rejected' && outcome.scope === 'message';
}

/** The short form that is tried once when Slack refuses the message as such (reference 3.4). */
function plain({ text, attachments: [{ color, fallback, mrkdwn_in }] }: SlackMessage): object {
  return { text, attachments: [{ color, fallback, text: fallback, mrkdwn_in }] };
}

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/** One call, no retries. A client for each call keeps the token no longer than the call (37 µs on Node 20). */
async function callSlack(
  slackApiUrl: string,
  agent: Dispatcher,
  method: SlackMethod,
  body: Record<string, unknown>,
  { secrets, signal }: Call<SlackConfig>,
): Promise<Outcome> {
  const fetchBounded = boundedFetch(agent, signal);
  /** What the client wraps, kept as it was thrown. */
  let cause: unknown;
  const client = new WebClient(secrets['token'], {
    slackApiUrl,
    logger: silent,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    fetch: async (url, init) => {
      try {
        return await fetchBounded(url, init);
      } catch (error) {
        cause = error;
        throw error;
      }
    },
  });
  try {
    const answer = (await client.apiCall(method, body)) as { channel?: unknown; ts?: unknown };
    if (method === 'auth.test') return { kind: 'delivered', receipt: {} };
    const { channel, ts } = answer;
    if (isPlain(ts) && isPlain(channel)) return { kind: 'delivered', receipt: { channel, ts } };
    return outcomeOf(method, { kind: 'unknown', reason: 'Slack answered ok without channel and ts' });
  } catch (error) {
    return outcomeOf(method, failureOf(cause ?? error, signal));
  }
}

/** What can be a channel's id or a ts: an answer is not to be trusted with more. */
function isPlain(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.-]{1,80}$/.test(value);
}

const CODE = /^[a-z][a-z0-9_]{0,79}$/;

function failureOf(error: unknown, signal: AbortSignal): SlackFailure {
  if (error instanceof WebAPIHTTPError) return { kind: 'http', status: error.statusCode };
  if (error instanceof WebAPIPlatformError) {
    // A body that is no JSON arrives as its code (reference 3.7).
    const code: unknown = error.data.error;
    if (typeof code !== 'string' || !CODE.test(code))
      return { kind: 'unknown', reason: 'the answer of Slack could not be read' };
    return rateCodes.has(code) ? rateLimited(error.data.response_metadata?.retryAfter) : { kind: 'platform', code };
  }
  if (error instanceof RateLimited) {
    const afterMs = retryAfterOf(error.retryAfter, Date.now());
    return rateLimited(afterMs === undefined ? undefined : afterMs / 1000);
  }
  const name = nameOf(error);
  if (isUnsent(error)) return { kind: 'unsent', reason: `no connection to Slack (${name})` };
  return { kind: 'unknown', reason: signal.aborted ? 'Slack did not answer in time' : `the call broke off (${name})` };
}

function rateLimited(seconds: number | undefined): SlackFailure {
  return { kind: 'rate-limited', ...(seconds === undefined ? {} : { afterMs: seconds * 1000 }) };
}

/** The code of an error, never its message: that may quote what was sent. */
function nameOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown';
}
