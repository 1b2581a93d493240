import { collectDefaultMetrics, Counter, Gauge, Histogram, type Metric, Registry } from 'prom-client';

/** Seconds: from a tenth of a millisecond to a minute. */
export const DURATIONS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** One sample; `metricName` where it is not the metric's own, as of a histogram's buckets. */
export interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** The metrics of one service, in Prometheus' text format at `/metrics`. A name asked for twice is the same metric. */
export class Metrics {
  private readonly registry = new Registry();

  constructor(labels: Readonly<Record<string, string>> = {}) {
    this.registry.setDefaultLabels(labels);
  }

  counter<Label extends string = string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> {
    return this.known<Counter<Label>>(name) ?? new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  /** `collect` is called at each scrape, for values that are read rather than kept. */
  gauge<Label extends string = string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
    collect?: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label> {
    const reading = collect ? { collect: collecting(collect) } : {};
    const settings = { name, help, labelNames, registers: [this.registry], ...reading };
    return this.known<Gauge<Label>>(name) ?? new Gauge<Label>(settings);
  }

  /** Buckets are upper bounds, in seconds unless said otherwise. */
  histogram<Label extends string = string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
    buckets: readonly number[] = DURATIONS,
  ): Histogram<Label> {
    const settings = { name, help, labelNames, buckets: [...buckets], registers: [this.registry] };
    return this.known<Histogram<Label>>(name) ?? new Histogram(settings);
  }

  /** A metric whose samples are kept elsewhere and read at each scrape. */
  collected(type: 'counter' | 'histogram', name: string, help: string, samples: () => readonly Sample[]): void {
    const get = (): Promise<object> => Promise.resolve({ name, help, type, aggregator: 'sum', values: samples() });
    this.registry.registerMetric({ name, help, get, reset: () => undefined } as unknown as Metric);
  }

  /** Memory, CPU, garbage collection, event-loop delay of this process. Sampled coarsely: a fine timer never idles. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 100 });
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  private known<Kind>(name: string): Kind | undefined {
    return this.registry.getSingleMetric(name) as Kind | undefined;
  }
}

/** The client library passes the gauge as `this`. */
function collecting<Label extends string>(collect: (gauge: Gauge<Label>) => void | Promise<void>) {
  return function (this: Gauge<Label>): void | Promise<void> {
    return collect(this);
  };
}
