interface Circuit {
  failures: number;
  /** Set while it is open: when somebody may look again. */
  until?: number;
  /** One call may show whether things are well again. */
  trial: boolean;
}

/** So many failures in a row open a circuit (reference performance-reliability 2.5). */
const THRESHOLD = 10;

/** Holds an integration whose target fails all the time: one probe now and then instead of a call for every lane. */
export class Breaker {
  private readonly circuits = new Map<string, Circuit>();

  /** `rest`: how long an open circuit is left alone, milliseconds. */
  constructor(private readonly rest: number) {}

  /** How many calls may be under way at once: any number, one, or none. */
  allows(id: string): 'all' | 'one' | 'none' {
    const circuit = this.circuits.get(id);
    if (circuit?.until === undefined) return 'all';
    return circuit.trial ? 'one' : 'none';
  }

  succeeded(id: string): void {
    this.circuits.delete(id);
  }

  failed(id: string, now: number): void {
    const circuit = this.circuits.get(id) ?? { failures: 0, trial: false };
    circuit.failures++;
    if (circuit.failures >= THRESHOLD) Object.assign(circuit, { until: now + this.rest, trial: false });
    this.circuits.set(id, circuit);
  }

  /** The open circuits that it is time to look at. */
  resting(now: number): readonly string[] {
    return [...this.circuits].flatMap(([id, { until, trial }]) =>
      until !== undefined && until <= now && !trial ? [id] : [],
    );
  }

  /** A probe went well: one call may follow. */
  allowTrial(id: string): void {
    const circuit = this.circuits.get(id);
    if (circuit?.until !== undefined) circuit.trial = true;
  }
}
