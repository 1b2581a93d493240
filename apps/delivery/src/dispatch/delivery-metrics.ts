import { type Metrics } from '#libs/runtime';
import { type Verdict } from '../lane/verdicts.js';
import { type Outcome } from '../sink.js';

/** What a delivery process counts. */
export class DeliveryMetrics {
  private readonly calls;
  private readonly settled;
  private readonly callSeconds;
  private readonly latency;
  private readonly lapsed;
  private readonly overtaken;
  private readonly faults;

  constructor(metrics: Metrics) {
    const action = ['action'] as const;
    this.calls = metrics.counter('tocsin_delivery_calls_total', 'Calls at the provider by what became of them', [
      'action',
      'outcome',
    ]);
    this.settled = metrics.counter('tocsin_delivery_settled_total', 'Deliveries by their final state', ['state']);
    this.callSeconds = metrics.histogram('tocsin_delivery_call_seconds', 'Duration of calls at the provider', action);
    this.latency = metrics.histogram(
      'tocsin_delivery_latency_seconds',
      'From the record of the newest event to the begin of the call that carries it',
      action,
    );
    this.lapsed = metrics.counter('tocsin_delivery_lapsed_total', 'Calls that nobody wrote the end of');
    this.overtaken = metrics.counter(
      'tocsin_delivery_overtaken_total',
      'Ended calls whose lane somebody else had by then',
    );
    this.faults = metrics.counter('tocsin_delivery_faults_total', 'Turns that failed, with the database mostly');
  }

  begun(action: string, latency: number): void {
    this.latency.observe({ action }, Math.max(0, latency) / 1000);
  }

  ended(action: string, outcome: Outcome, duration: number): void {
    const name = outcome.kind === 'rejected' ? `rejected-${outcome.scope}` : outcome.kind;
    this.calls.inc({ action, outcome: name });
    this.callSeconds.observe({ action }, duration / 1000);
  }

  written(verdicts: readonly Verdict[], { lapsed = 0, overtaken = 0 } = {}): void {
    for (const { state } of verdicts) this.settled.inc({ state });
    if (lapsed > 0) this.lapsed.inc(lapsed);
    if (overtaken > 0) this.overtaken.inc(overtaken);
  }

  failed(): void {
    this.faults.inc();
  }
}
