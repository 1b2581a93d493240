import { describe, expect, it } from '@jest/globals';
import { Sealer } from '#libs/runtime';
import { z } from 'zod';
import { type IntegrationDocument } from '../integration/integration.js';
import { type Call, defineSink, type Message, type Outcome } from '../sink.js';
import { Caller } from './caller.js';

const sealer = Sealer.from(`k:${Buffer.alloc(32, 1).toString('base64')}`);
const place = { organizationId: 'o1', integrationId: 'i1', field: 'token' };
const integration = {
  organizationId: 'o1',
  integrationId: 'i1',
  data: { to: 'somewhere' },
  secrets: { token: sealer.seal('clear', place) },
} as unknown as IntegrationDocument;
const message = {} as Message;

/** A caller of a sink whose one call is `send`. */
function callerOf(send: (call: Call<unknown>) => Promise<Outcome>, render = () => 'rendered', timeout = 50): Caller {
  const sink = defineSink({
    name: 'spec',
    sources: ['issues'],
    coalescing: 'current-state',
    repeatable: { post: false, update: true },
    environment: {},
    config: z.object({ to: z.string() }),
    secretFields: ['token'],
    render,
    open: () => ({
      updateInterval: 0,
      limits: () => [],
      send: (_rendered, _receipt, call) => send(call),
      probe: () => Promise.resolve({ kind: 'well' as const }),
      close: () => Promise.resolve(),
    }),
  });
  return new Caller(sink, sink.open({}), sealer, timeout);
}

const delivered: Outcome = { kind: 'delivered', receipt: {} };
const aborted = ({ signal }: Call<unknown>): Promise<Outcome> =>
  new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve({ kind: 'ambiguous', reason: 'aborted' }), { once: true }),
  );

describe('a call', () => {
  it('gets the settings and the secrets in clear', async () => {
    const seen: unknown[] = [];
    const caller = callerOf(({ config, secrets }) => {
      seen.push(config, secrets);
      return Promise.resolve(delivered);
    });
    expect(await caller.send(integration, message, undefined)).toEqual(delivered);
    expect(seen).toEqual([{ to: 'somewhere' }, { token: 'clear' }]);
  });

  it('is told when its time is over', async () => {
    expect(await callerOf(aborted).send(integration, message, undefined)).toEqual({
      kind: 'ambiguous',
      reason: 'aborted',
    });
  });

  it('is given up when it does not listen', async () => {
    const deaf = callerOf(() => new Promise<Outcome>(() => undefined));
    expect(await deaf.send(integration, message, undefined)).toEqual({
      kind: 'ambiguous',
      reason: 'the call did not end in time',
    });
  });

  it('is ended when the process stops', async () => {
    const caller = callerOf(aborted, () => '', 60_000);
    const sent = caller.send(integration, message, undefined);
    caller.stop();
    expect(await sent).toEqual({ kind: 'ambiguous', reason: 'aborted' });
    expect(await caller.send(integration, message, undefined)).toMatchObject({ kind: 'retry' });
  }, 2000);

  it('that throws is in doubt, and what it threw is not repeated', async () => {
    const outcome = await callerOf(() => Promise.reject(new TypeError('clear'))).send(integration, message, undefined);
    expect(outcome).toEqual({ kind: 'ambiguous', reason: 'the sink failed (TypeError)' });
  });

  it('of a message that cannot be rendered is not made', async () => {
    const caller = callerOf(
      () => Promise.resolve(delivered),
      () => {
        throw new RangeError('clear');
      },
    );
    const reason = 'the message could not be rendered (RangeError)';
    expect(await caller.send(integration, message, undefined)).toMatchObject({
      kind: 'rejected',
      scope: 'message',
      reason,
    });
  });

  it.each([
    ['settings', { data: {} }, 'invalid_configuration'],
    ['no secret', { secrets: {} }, 'missing_secret'],
    [
      'a secret of another place',
      { secrets: { token: sealer.seal('x', { ...place, field: 'other' }) } },
      'unreadable_secret',
    ],
  ])('with unusable %s is refused', async (_, over, code) => {
    const caller = callerOf(() => Promise.resolve(delivered));
    const unusable = { ...integration, ...over };
    expect(await caller.send(unusable, message, undefined)).toMatchObject({
      kind: 'rejected',
      scope: 'integration',
      code,
    });
    expect(await caller.probe(unusable, code)).toMatchObject({ kind: 'ill', code });
  });
});

describe('credentialOf', () => {
  const caller = callerOf(() => Promise.resolve(delivered));

  it('is the same for the same secret under another seal, and shows nothing of it', () => {
    const other = { ...integration, secrets: { token: sealer.seal('clear', place) } };
    const different = { ...integration, secrets: { token: sealer.seal('clear2', place) } };
    expect(caller.credentialOf(other)).toBe(caller.credentialOf(integration));
    expect(caller.credentialOf(different)).not.toBe(caller.credentialOf(integration));
    expect(caller.credentialOf(integration)).not.toContain('clear');
  });
});
