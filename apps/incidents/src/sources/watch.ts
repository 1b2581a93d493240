import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock, instantOfMillis } from '#libs/core';
import { Log, publicMessage, Stopping } from '#libs/runtime';
import { Store } from '#libs/store';
import { type CommandResult, IncidentCommands } from '../commands/incident-commands.js';
import { IncidentsConfig } from '../config.js';
import { LastSeen } from './last-seen.js';
import { Registry } from './registry.js';
import { openOfSource } from './source-incidents.query.js';
import { endingTokens, organizationsWarned, watchedSources } from './watch.query.js';
import { AHEAD, type AllClear, judge, type OpenWarning, type Verdict, type Warning } from './watch.rules.js';

/** Milliseconds between two looks. */
const TICK = 5_000;
/** Warnings of one look, said together; a whole network that falls silent takes several. */
const MOST = 200;
/** Any number that nothing else locks. */
const WATCHING = 7_406_104;

/**
 * Looks every few seconds whether a source has fallen silent or a token is about to end, and says so as Tocsin's own
 * source. Of several replicas one looks at a time; what they find has the same ids, so that one incident comes of it.
 */
@Injectable()
export class Watch implements OnApplicationBootstrap {
  /** Milliseconds from which on signs of life were written without a gap; undefined: they are not. */
  private since: number | undefined;
  /** Warnings that were refused because they are known: somebody has closed them by hand. */
  private readonly settled = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: Store,
    private readonly registry: Registry,
    private readonly commands: IncidentCommands,
    private readonly lastSeen: LastSeen,
    private readonly config: IncidentsConfig,
    private readonly clock: Clock,
    private readonly stopping: Stopping,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.since = this.clock.millis();
    this.stopping.signal.addEventListener('abort', () => clearTimeout(this.timer), { once: true });
    this.schedule();
  }

  /** One look. @throws when the database fails; silence is then counted anew from the next one that succeeds */
  async look(): Promise<void> {
    try {
      await this.lastSeen.flush();
      this.since ??= this.clock.millis();
      await this.store.transaction(async (tx) => {
        const { rows } = await tx.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1) as mine', [WATCHING]);
        if (rows[0]!.mine) await this.say(await this.verdict());
      });
    } catch (error) {
      this.since = undefined;
      throw error;
    }
  }

  private async verdict(): Promise<Verdict> {
    const millis = this.clock.millis();
    const now = instantOfMillis(millis);
    const sources = await watchedSources(this.store, this.config.heartbeatEvery);
    const tokens = await endingTokens(this.store, now, instantOfMillis(millis + AHEAD));
    return judge({ now: millis, since: this.since ?? millis, sources, tokens, open: await this.open(now) });
  }

  private async open(now: string): Promise<OpenWarning[]> {
    const open: OpenWarning[] = [];
    for (const { organizationId, sourcePk } of await organizationsWarned(this.store)) {
      const found = await openOfSource(this.store, organizationId, sourcePk, now);
      open.push(...found.map(({ pk, sourceIncidentId }) => ({ organizationId, pk, sourceIncidentId })));
    }
    return open;
  }

  private async say({ warnings, allClear }: Verdict): Promise<void> {
    await Promise.all(allClear.slice(0, MOST).map((clear) => this.clear(clear)));
    const ids = new Set(warnings.map(keyOf));
    for (const id of this.settled) if (!ids.has(id)) this.settled.delete(id);
    const fresh = warnings.filter((warning) => !this.settled.has(keyOf(warning)));
    await Promise.all(fresh.slice(0, MOST).map((warning) => this.warn(warning)));
  }

  private async warn({ organizationId, ...warning }: Warning): Promise<void> {
    const caller = await this.registry.own(organizationId);
    const result = await this.commands.open(caller, { ...warning, origin: 'tocsin', source: caller.source! });
    if (result.refusal?.code === 'duplicate-source-incident-id')
      this.settled.add(keyOf({ organizationId, ...warning }));
    else this.report(result);
  }

  private async clear({ organizationId, pk, timestamp, description }: AllClear): Promise<void> {
    const caller = await this.registry.own(organizationId);
    this.report(await this.commands.post(caller, pk, { type: 'END', timestamp, description }));
  }

  private report({ refusal }: CommandResult): void {
    if (refusal) this.log.error({ refusal }, 'a warning of our own was refused');
  }

  private schedule(): void {
    if (this.stopping.signal.aborted) return;
    this.timer = setTimeout(() => void this.turn(), TICK);
    this.timer.unref();
  }

  private async turn(): Promise<void> {
    await this.look().catch((error: unknown) => {
      this.log.warn({ reason: publicMessage(error) }, 'silent sources are not looked for until the database answers');
    });
    this.schedule();
  }
}

function keyOf({ organizationId, sourceIncidentId }: Pick<Warning, 'organizationId' | 'sourceIncidentId'>): string {
  return `${organizationId} ${sourceIncidentId}`;
}
