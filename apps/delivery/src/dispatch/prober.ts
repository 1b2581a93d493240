import { type Clock } from '#libs/core';
import { type Log, type Transactor } from '#libs/runtime';
import { type Tx } from '#libs/store';
import { type IntegrationDocument } from '../integration/integration.js';
import { type Probe } from '../sink.js';
import { selectRoster, takeProbes } from '../sql/roster.js';
import { prune } from '../sql/settle.js';
import { type Breaker } from './breaker.js';
import { type Caller } from './caller.js';
import { type Dispatcher } from './dispatcher.js';
import { parkAll, recover } from './parking.js';

export interface ProberParts {
  readonly transactor: Transactor;
  readonly tx: Tx;
  readonly clock: Clock;
  readonly log: Log;
  readonly caller: Caller;
  readonly breaker: Breaker;
  readonly dispatcher: Dispatcher;
  readonly sink: string;
  /** Between two looks at one parked integration, milliseconds. */
  readonly probeInterval: number;
}

const PRUNE = 60_000;

/** Looks after what is not sent to: parked integrations and open circuits; and forgets what is old. */
export class Prober {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private nextPrune = 0;

  constructor(private readonly parts: ProberParts) {}

  start(): void {
    const every = Math.min(this.parts.probeInterval / 2, 5000);
    this.timer = setInterval(() => {
      this.running ??= this.round().finally(() => (this.running = undefined));
    }, every);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async round(): Promise<void> {
    const { tx, sink, probeInterval, log, clock, breaker } = this.parts;
    try {
      const parked = await takeProbes(tx, sink, probeInterval);
      await Promise.all(parked.map(({ document, parkedCode }) => this.lookAtParked(document, parkedCode ?? '')));
      const resting = await selectRoster(tx, sink, breaker.resting(performance.now()));
      await Promise.all(resting.map(({ document }) => this.lookAtCircuit(document)));
      if (clock.millis() < this.nextPrune) return;
      this.nextPrune = clock.millis() + PRUNE;
      await prune(tx, sink);
    } catch (error) {
      log.warn({ err: error }, 'parked integrations could not be looked at');
    }
  }

  private async lookAtParked(integration: IntegrationDocument, code: string): Promise<void> {
    const { caller, transactor, dispatcher, sink, clock, probeInterval } = this.parts;
    const { integrationId } = integration;
    const probe = await caller.probe(integration, code);
    const now = clock.millis();
    if (probe.kind === 'unsure') return dispatcher.allowTrial(integrationId, true);
    if (probe.kind === 'well') {
      await transactor.transact((unit) => recover(unit, sink, integration, 'a probe succeeded', now));
    } else if (probe.code !== '' && probe.code !== code) {
      await transactor.transact((unit) => parkAll(unit, sink, [integration], probe, { now, probeInterval }));
    } else return;
    dispatcher.forget([integrationId]);
    dispatcher.wake([]);
  }

  private async lookAtCircuit(integration: IntegrationDocument): Promise<void> {
    const { caller, breaker, dispatcher } = this.parts;
    const { integrationId } = integration;
    const probe: Probe = await caller.probe(integration, '');
    if (probe.kind === 'ill') breaker.failed(integrationId, performance.now());
    else dispatcher.allowTrial(integrationId, false);
  }
}
