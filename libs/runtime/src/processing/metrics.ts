type Labels = Readonly<Record<string, string>>;

/** Where the processing puts its figures; `Metrics` is one. Asking twice for one name gives the same metric. */
export interface MetricsPort {
  counter(name: string, help: string, labelNames: readonly string[]): { inc(labels: Labels, by?: number): void };
  gauge(
    name: string,
    help: string,
    labelNames: readonly string[],
  ): { set(labels: Labels, value: number): void; remove(labels: Labels): void };
  histogram(
    name: string,
    help: string,
    labelNames: readonly string[],
  ): { observe(labels: Labels, value: number): void };
}

const OWN = ['processor'];
const PARTITION = ['processor', 'partition'];

/** The figures of processors (reference performance-reliability 2.9, SLIs). */
export function processorMetrics(port: MetricsPort) {
  return {
    lagEvents: port.gauge('processor_lag_events', 'Records of the partition not yet handled.', PARTITION),
    lagSeconds: port.gauge(
      'processor_lag_seconds',
      'Age of the last handled record while more wait, else 0.',
      PARTITION,
    ),
    checkpointAge: port.gauge(
      'processor_checkpoint_age_seconds',
      'Seconds since the checkpoint last moved.',
      PARTITION,
    ),
    records: port.counter('processor_records_total', 'Records passed, by what became of them.', [
      'processor',
      'outcome',
    ]),
    deadLetters: port.counter('processor_dead_letters_total', 'Dead letters written, by error.', [
      'processor',
      'error',
    ]),
    lost: port.counter('processor_checkpoints_lost_total', 'Transactions rolled back: another owner moved on.', OWN),
    batch: port.histogram('processor_batch_seconds', 'Seconds from a batch to its commit.', OWN),
  };
}

export type ProcessorMetrics = ReturnType<typeof processorMetrics>;

/** The figures of the outbox. */
export function outboxMetrics(port: MetricsPort) {
  return {
    depth: port.gauge('outbox_depth', 'Rows that wait for the log.', []),
    published: port.counter('outbox_published_total', 'Rows that went to the log.', []),
    failures: port.counter('outbox_failures_total', 'Passes that failed: the log or the database did not answer.', []),
  };
}

/** Figures that nobody reads. */
export const noMetrics: MetricsPort = {
  counter: () => ({ inc() {} }),
  gauge: () => ({ set() {}, remove() {} }),
  histogram: () => ({ observe() {} }),
};
