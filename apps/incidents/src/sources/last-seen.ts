import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance } from 'fastify';
import { Clock, type Instant, instantOfMillis, millisOf } from '#libs/core';
import { Log, publicMessage, Stopping } from '#libs/runtime';
import { prepared, Store } from '#libs/store';

/** Milliseconds between two writes. */
const FLUSH = 1_000;

interface Signs {
  /** Milliseconds of the last call of any kind, and of the last heartbeat. */
  readonly seen: number;
  readonly heartbeat: number | null;
}

const BUMP = prepared(`
  update access.source source
  set last_seen = greatest(source.last_seen, signs.seen), heartbeat_at = greatest(source.heartbeat_at, signs.heartbeat)
  from (
    select token.source_id, max(given.seen) as seen, max(given.heartbeat) as heartbeat
    from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) as given(token_id, seen, heartbeat)
    join access.token token on token.id = given.token_id
    where token.source_id is not null group by token.source_id
  ) signs
  where source.id = signs.source_id`);

function laterOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/**
 * Signs of life of source systems: every call with a source token, alerts that ingestion took, and heartbeats. They are collected in memory and
 * written together once a second, so that no call waits for them; while the database is away they are kept.
 */
@Injectable()
export class LastSeen implements OnApplicationBootstrap {
  private signs = new Map<string, Signs>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly adapter: HttpAdapterHost,
    private readonly stopping: Stopping,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    const server = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    server.addHook('onResponse', (request, _reply, done) => {
      if (request.principal?.kind === 'source') this.note(request.principal.tokenId);
      done();
    });
    this.stopping.signal.addEventListener('abort', () => clearTimeout(this.timer), { once: true });
    this.schedule();
  }

  /** The source of this token has called, now or `at`, which is not believed to be later; or has said that it lives. */
  note(tokenId: string, { heartbeat = false, at }: { heartbeat?: boolean; at?: Instant } = {}): void {
    const now = this.clock.millis();
    const seen = at === undefined ? now : Math.min(now, millisOf(at));
    this.merge(tokenId, { seen, heartbeat: heartbeat ? seen : null });
  }

  /** Writes what came since the last time. @throws when the database fails; then it is kept for the next time */
  async flush(): Promise<void> {
    const taken = this.signs;
    if (taken.size === 0) return;
    this.signs = new Map();
    const instant = (millis: number | null): string | null => (millis === null ? null : instantOfMillis(millis));
    try {
      const signs = [...taken.values()];
      await this.store.query(BUMP, [
        [...taken.keys()],
        signs.map(({ seen }) => instant(seen)),
        signs.map(({ heartbeat }) => instant(heartbeat)),
      ]);
    } catch (error) {
      for (const [tokenId, signs] of taken) this.merge(tokenId, signs);
      throw error;
    }
  }

  private merge(tokenId: string, { seen, heartbeat }: Signs): void {
    const before = this.signs.get(tokenId);
    this.signs.set(tokenId, {
      seen: Math.max(seen, before?.seen ?? 0),
      heartbeat: laterOf(before?.heartbeat ?? null, heartbeat),
    });
  }

  private schedule(): void {
    if (this.stopping.signal.aborted) return;
    this.timer = setTimeout(() => void this.turn(), FLUSH);
    this.timer.unref();
  }

  private async turn(): Promise<void> {
    await this.flush().catch((error: unknown) => {
      this.log.warn({ reason: publicMessage(error) }, 'signs of life of sources are kept until the database answers');
    });
    this.schedule();
  }
}
