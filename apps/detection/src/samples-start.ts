import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '#libs/core';
import { Log, Metrics, ProcessorHost, publicMessage, RuntimeConfig, Stopping } from '#libs/runtime';
import { CONTROL } from './control.processor.js';
import { detectionCounts } from './detection.metrics.js';
import { detectors } from './detectors/index.js';
import { samplesProcessor } from './samples.processor.js';

const RETRY_MS = 250;

/**
 * Begins to read samples once the log's settings and removed clusters are known: with a lost database both are read again,
 * and a sample is decided with what held when it was written.
 */
@Injectable()
export class SamplesStart implements OnApplicationBootstrap {
  constructor(
    private readonly host: ProcessorHost,
    private readonly config: RuntimeConfig,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly stopping: Stopping,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    void this.begin();
  }

  private async begin(): Promise<void> {
    const { signal } = this.stopping;
    const { topics } = this.config;
    const counted = detectionCounts(this.metrics);
    const definition = samplesProcessor({ topics, clock: this.clock, detectors, counted });
    while (!signal.aborted) {
      try {
        await this.host.whenCaughtUp(CONTROL);
        return await this.host.start(definition);
      } catch (error) {
        this.log.debug({ reason: publicMessage(error) }, 'samples wait for the settings on the log');
        await pause(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }
}
