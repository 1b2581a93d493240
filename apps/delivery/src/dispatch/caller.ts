import { createHash } from 'node:crypto';
import { type Sealer, SealError } from '#libs/runtime';
import { type IntegrationDocument } from '../integration/integration.js';
import { type Call, type Message, type Outcome, type Probe, type Receipt, type Sink, type Target } from '../sink.js';

/** An integration that cannot be used as it is configured. */
export class Unusable extends Error {
  override readonly name = 'Unusable';

  constructor(
    readonly code: string,
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}

/** What is still waited for after the time of a call is over, milliseconds: a sink that honours its signal needs none of it. */
const GRACE = 1000;

/** Makes the calls of one sink: opens the secrets for a call, and bounds its time whatever the sink does. */
export class Caller {
  private readonly running = new Set<AbortController>();
  private stopped = false;

  constructor(
    private readonly sink: Sink,
    private readonly target: Target,
    private readonly sealer: Sealer,
    private readonly timeout: number,
  ) {}

  async send(integration: IntegrationDocument, message: Message, receipt: Receipt | undefined): Promise<Outcome> {
    if (this.stopped) return { kind: 'retry', reason: 'the process is stopping' };
    const late: Outcome = { kind: 'ambiguous', reason: 'the call did not end in time' };
    let rendered: unknown;
    try {
      rendered = this.sink.render(message);
    } catch (error) {
      const reason = `the message could not be rendered (${nameOf(error)})`;
      return { kind: 'rejected', scope: 'message', code: 'unrenderable', reason, remedy: '' };
    }
    try {
      return await this.bounded((signal) => this.target.send(rendered, receipt, this.call(integration, signal)), late);
    } catch (error) {
      if (error instanceof Unusable) return refused(error);
      return { kind: 'ambiguous', reason: `the sink failed (${nameOf(error)})` };
    }
  }

  async probe(integration: IntegrationDocument, code: string): Promise<Probe> {
    const late: Probe = { kind: 'ill', code: '', reason: 'the call did not end in time', remedy: '' };
    try {
      return await this.bounded((signal) => this.target.probe(code, this.call(integration, signal)), late);
    } catch (error) {
      if (error instanceof Unusable)
        return { kind: 'ill', code: error.code, reason: error.message, remedy: error.remedy };
      return { ...late, reason: 'the sink failed' };
    }
  }

  /** Ends what is under way, and begins nothing more. */
  stop(): void {
    this.stopped = true;
    for (const controller of this.running) controller.abort();
  }

  /** What stands for the secrets of an integration: the same for the same secrets, and of no other use. */
  credentialOf(integration: IntegrationDocument): string {
    const secrets = this.secretsOf(integration);
    const hash = createHash('sha256');
    for (const field of this.sink.secretFields) hash.update(`${field}\0${secrets[field]}\0`);
    return hash.digest('base64url').slice(0, 22);
  }

  /** @throws Unusable */
  configOf(integration: IntegrationDocument): unknown {
    const parsed = this.sink.config.safeParse(integration.data);
    if (parsed.success) return parsed.data;
    const fields = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw new Unusable('invalid_configuration', `the settings are not usable: ${fields}`, 'Correct the settings.');
  }

  /** @throws Unusable */
  private call(integration: IntegrationDocument, signal: AbortSignal): Call<unknown> {
    return { config: this.configOf(integration), secrets: this.secretsOf(integration), signal };
  }

  /** @throws Unusable */
  private secretsOf({ organizationId, integrationId, secrets }: IntegrationDocument): Record<string, string> {
    const open = (field: string): [string, string] => {
      const envelope = secrets[field];
      if (envelope === undefined) throw new Unusable('missing_secret', `${field} is missing`, `Enter ${field} again.`);
      try {
        return [field, this.sealer.open(envelope, { organizationId, integrationId, field })];
      } catch (error) {
        if (!(error instanceof SealError)) throw error;
        throw new Unusable('unreadable_secret', `${field}: ${error.message}`, `Enter ${field} again.`);
      }
    };
    return Object.fromEntries(this.sink.secretFields.map(open));
  }

  /** Neither a lost timer nor a promise that never settles may hold a lane: the timer and the race are ours. */
  private async bounded<T>(work: (signal: AbortSignal) => Promise<T>, late: T): Promise<T> {
    const controller = new AbortController();
    this.running.add(controller);
    const timers: NodeJS.Timeout[] = [setTimeout(() => controller.abort(), this.timeout)];
    const end = new Promise<T>((resolve) => timers.push(setTimeout(() => resolve(late), this.timeout + GRACE)));
    try {
      return await Promise.race([work(controller.signal), end]);
    } finally {
      timers.forEach(clearTimeout);
      this.running.delete(controller);
    }
  }
}

function refused({ code, message, remedy }: Unusable): Outcome {
  return { kind: 'rejected', scope: 'integration', code, reason: message, remedy };
}

/** Never the message of an error: it may quote what was sent. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
