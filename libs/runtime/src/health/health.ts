/** How one part of a service is. */
export interface PartHealth {
  /** `degraded`: it works, but not as it should. */
  readonly status: 'up' | 'degraded' | 'down';
  /** For a person; shows no secret and no address of another tenant. */
  readonly detail?: string;
  readonly [fact: string]: unknown;
}

export interface HealthReport {
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly service: string;
  readonly parts: Readonly<Record<string, PartHealth>>;
}

/** A part that is looked at when health is asked for. It throws or takes too long: it is down. */
export interface HealthCheck {
  readonly name: string;
  /** Whether the service can do its work without it; then its failure only degrades. */
  readonly optional?: boolean;
  check(): PartHealth | Promise<PartHealth>;
}

/** The whole is as good as its worst part that is not optional. */
export function reportOf(
  service: string,
  results: readonly { check: HealthCheck; health: PartHealth }[],
): HealthReport {
  const parts = Object.fromEntries(results.map(({ check, health }) => [check.name, health]));
  const down = results.some(({ check, health }) => health.status === 'down' && !check.optional);
  const limping = results.some(({ health }) => health.status !== 'up');
  return { status: down ? 'unavailable' : limping ? 'degraded' : 'ok', service, parts };
}
