import { Metrics } from '#libs/runtime';
import { Injectable } from '@nestjs/common';

/** Counts of what came in. Kept as plain numbers and read at each scrape: they change with every request. */
@Injectable()
export class IngestMetrics {
  private readonly sources = new Map<string, { accepted: number; rejected: number }>();
  private absorbed = 0;

  constructor(metrics: Metrics) {
    metrics.collected('counter', 'tocsin_ingested_total', 'Items that came in, by source and outcome', () =>
      [...this.sources].flatMap(([source, { accepted, rejected }]) => [
        { labels: { source, outcome: 'accepted' }, value: accepted },
        { labels: { source, outcome: 'rejected' }, value: rejected },
      ]),
    );
    metrics.collected(
      'counter',
      'tocsin_ingest_duplicates_total',
      'Repeated items that were answered from memory',
      () => [{ labels: {}, value: this.absorbed }],
    );
  }

  count(source: string, accepted: number, rejected: number): void {
    const counts = this.sources.get(source);
    if (counts) {
      counts.accepted += accepted;
      counts.rejected += rejected;
    } else this.sources.set(source, { accepted, rejected });
  }

  absorb(items: number): void {
    this.absorbed += items;
  }
}
