import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type EventEnvelope, eventType, makeEvent } from '#libs/contracts';
import { Clock, derivedId, step } from '#libs/core';
import { type Principal, Sealer, Transactor, type UnitOfWork } from '#libs/runtime';
import { IntegrationsConfig } from './config.js';
import { integrationIdOf } from './integration/integration-id.js';
import {
  type Command,
  type Filters,
  integration,
  type IntegrationEvent,
  type State,
} from './integration/integration.js';
import { invalid } from './integration/refusal.js';
import { editedSettings, masksOf, newSettings, type Settings } from './integration/settings.js';
import { type Owned, selectIntegration, upsertIntegration } from './integration-store.js';
import { sinkNamed, sinks } from './sinks/index.js';

/** What a client sends: `data` holds `sink`, `source` and the settings of the sink, secrets in clear. */
export interface Draft {
  readonly description: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly filters?: Filters | undefined;
}

type Change = { readonly type: 'delete' } | { readonly type: 'pause' | 'resume'; readonly reason?: string | undefined };

/**
 * Carries out commands: each is one transaction that holds the new state and the event in the outbox. Clear secrets
 * end here. Undefined where the caller has no such integration. @throws Refusal
 */
@Injectable()
export class IntegrationCommands {
  constructor(
    private readonly transactor: Transactor,
    private readonly clock: Clock,
    private readonly sealer: Sealer,
    private readonly config: IntegrationsConfig,
  ) {}

  async create(caller: Principal, draft: Draft): Promise<Owned> {
    const { description, data, filters = {} } = draft;
    const sink = sinkNamed(data['sink']);
    if (!sink) throw invalid({ sink: `expected one of ${sinks.map(({ name }) => name).join(', ')}` });
    const integrationId = integrationIdOf(this.clock.millis(), randomBytes(8));
    const settings = this.sealed(caller, integrationId, newSettings(sink, data));
    const common = { integrationId, description, filters, source: data['source'], at: this.clock.now() };
    const command: Command = { type: 'create', sink, enabled: this.config.enabledSinks, ...common, ...settings };
    return this.transactor.transact((unit) => this.carryOut(unit, caller, command, undefined));
  }

  async update(caller: Principal, id: string, draft: Partial<Draft>): Promise<Owned | undefined> {
    return this.changing(caller, id, (stored) => {
      const { description, data = {}, filters } = draft;
      const settings = editedSettings(sinkNamed(stored.sink)!, data, stored);
      return {
        type: 'update',
        at: this.clock.now(),
        ...(Object.hasOwn(data, 'sink') ? { sink: data['sink'] } : {}),
        ...(Object.hasOwn(data, 'source') ? { source: data['source'] } : {}),
        ...(description === undefined ? {} : { description }),
        ...(filters === undefined ? {} : { filters }),
        ...this.sealed(caller, id, settings),
      };
    });
  }

  /** `parked` tells `resume` whether the delivery process has given up on it. */
  async change(caller: Principal, id: string, change: Change, parked = false): Promise<Owned | undefined> {
    return this.changing(caller, id, () => ({ ...change, parked, at: this.clock.now() }));
  }

  private changing(caller: Principal, id: string, commandFor: (stored: Owned) => Command): Promise<Owned | undefined> {
    return this.transactor.transact(async (unit) => {
      const stored = await selectIntegration(unit.tx, caller, id, true);
      return stored && this.carryOut(unit, caller, commandFor(stored), stored);
    });
  }

  private async carryOut(unit: UnitOfWork, caller: Principal, command: Command, stored: State): Promise<Owned> {
    const { events, state } = step(integration, stored, command);
    const { organizationId, projectId } = caller;
    const owned: Owned = { ...state!, organizationId, projectId };
    if (events.length > 0) await upsertIntegration(unit.tx, owned);
    for (const event of events) unit.emit(envelopeOf(event, caller));
    return owned;
  }

  private sealed(caller: Principal, integrationId: string, { data, secrets }: Settings) {
    const { organizationId } = caller;
    const sealed = Object.entries(secrets).map(([field, clear]) => [
      field,
      this.sealer.seal(clear, { organizationId, integrationId, field }),
    ]);
    return { data, secrets: Object.fromEntries(sealed) as Record<string, string>, masks: masksOf(secrets) };
  }
}

/** The event on its way to the log. Its id follows from the integration and its place there: a retry repeats it. */
function envelopeOf({ name, payload, at }: IntegrationEvent, caller: Principal): EventEnvelope {
  return makeEvent(eventType(name)!, payload, {
    id: derivedId('integration', payload.integrationId, payload.sequence),
    time: at,
    recordedAt: at,
    source: caller.name,
    organizationId: caller.organizationId,
    projectId: caller.projectId,
    sourceId: caller.tokenId,
  });
}
