import { type PartitionStatus, type ProcessorStatus } from './processor-status.js';

type Labels = Readonly<Record<string, string>>;

export interface GaugePort {
  set(labels: Labels, value: number): void;
  reset(): void;
}

/** Where the processing puts its figures; `Metrics` is one. Asking twice for one name gives the same metric. */
export interface MetricsPort {
  counter(name: string, help: string, labelNames: readonly string[]): { inc(labels: Labels, by?: number): void };
  /** `collect` sets the figures whenever somebody reads them. */
  gauge(
    name: string,
    help: string,
    labelNames: readonly string[],
    collect: (gauge: GaugePort) => void | Promise<void>,
  ): unknown;
  histogram(
    name: string,
    help: string,
    labelNames: readonly string[],
  ): { observe(labels: Labels, value: number): void };
}

const OWN = ['processor'];

/** The counts of processors (reference performance-reliability 2.9, SLIs). */
export function processorMetrics(port: MetricsPort) {
  return {
    records: port.counter('processor_records_total', 'Records passed, by what became of them.', [...OWN, 'outcome']),
    deadLetters: port.counter('processor_dead_letters_total', 'Dead letters written, by error.', [...OWN, 'error']),
    lost: port.counter('processor_checkpoints_lost_total', 'Transactions rolled back: another owner moved on.', OWN),
    batch: port.histogram('processor_batch_seconds', 'Seconds from a batch to its commit.', OWN),
  };
}

export type ProcessorMetrics = ReturnType<typeof processorMetrics>;

/** How far processors are. */
export function lagMetrics(port: MetricsPort, status: () => readonly ProcessorStatus[]): void {
  const gauge = (name: string, help: string, valueOf: (partition: PartitionStatus) => number) =>
    port.gauge(name, help, [...OWN, 'partition'], (figures) => {
      figures.reset();
      for (const { name: processor, partitions } of status()) {
        for (const each of partitions) figures.set({ processor, partition: String(each.partition) }, valueOf(each));
      }
    });
  gauge('processor_lag_events', 'Records of the partition not yet handled.', ({ lagEvents }) => lagEvents);
  gauge('processor_lag_seconds', 'Age of the last handled record while more wait.', ({ lagSeconds }) => lagSeconds);
  gauge(
    'processor_checkpoint_age_seconds',
    'Seconds since the checkpoint moved.',
    ({ checkpointAge }) => checkpointAge,
  );
}

/** The figures of the outbox; `depth` counts its rows. */
export function outboxMetrics(port: MetricsPort, depth: () => Promise<number>) {
  port.gauge('outbox_depth', 'Rows that wait for the log.', [], async (figure) => {
    figure.reset();
    // Without a database there is nothing to tell.
    const rows = await depth().catch(() => undefined);
    if (rows !== undefined) figure.set({}, rows);
  });
  return {
    published: port.counter('outbox_published_total', 'Rows that went to the log.', []),
    failures: port.counter('outbox_failures_total', 'Passes that failed: the log or the database did not answer.', []),
  };
}

/** Figures that nobody reads. */
export const noMetrics: MetricsPort = {
  counter: () => ({ inc() {} }),
  gauge: () => undefined,
  histogram: () => ({ observe() {} }),
};
