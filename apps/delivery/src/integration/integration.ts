import { type EventEnvelope, type IntegrationCreated, type IntegrationFilters, type PayloadOf } from '#libs/contracts';
import { type Instant } from '#libs/core';

/** This process's copy of an integration, folded from its events. Secrets stay sealed. */
export interface IntegrationDocument {
  readonly integrationId: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly sequence: number;
  readonly source: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Field name to sealed envelope. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly filters: IntegrationFilters;
  readonly status: 'active' | 'paused' | 'deleted';
  readonly createdAt: Instant;
  /** When it was last paused. */
  readonly pausedAt?: Instant;
  readonly deletedAt?: Instant;
  /** What it wanted from when on, oldest first: an event is judged by what was wanted when it was written. */
  readonly history: readonly Wanted[];
}

export interface Wanted {
  readonly from: Instant;
  readonly source: string;
  readonly filters: IntegrationFilters;
  readonly deleted: boolean;
}

export const integrationEvents = [
  'IntegrationCreated',
  'IntegrationUpdated',
  'IntegrationDeleted',
  'IntegrationPaused',
  'IntegrationResumed',
] as const;

export interface IntegrationEvent extends EventEnvelope {
  readonly name: (typeof integrationEvents)[number];
  readonly payload: { readonly integrationId: string; readonly sequence: number };
}

export function isIntegrationEvent(event: EventEnvelope): event is IntegrationEvent {
  return (integrationEvents as readonly string[]).includes(event.name);
}

type Configuration = PayloadOf<typeof IntegrationCreated>;

/** The name of the sink that an event configures; undefined for an event that names none. */
export function sinkOf(event: IntegrationEvent): string | undefined {
  return (event.payload as Partial<Configuration>).sink;
}

/** Most entries of a history; the oldest are forgotten. */
const HISTORY = 50;

/** The copy after `event`. What it already has changes nothing; nothing follows a deletion. */
export function evolve(
  before: IntegrationDocument | undefined,
  event: IntegrationEvent,
): IntegrationDocument | undefined {
  const { sequence } = event.payload;
  const { recordedAt } = event.metadata;
  if (before && (sequence <= before.sequence || before.status === 'deleted')) return before;
  switch (event.name) {
    case 'IntegrationCreated':
    case 'IntegrationUpdated':
      return configured(before, event);
    case 'IntegrationDeleted':
      return before && deleted(before, event);
    case 'IntegrationPaused':
      return before && { ...before, sequence, status: 'paused', pausedAt: recordedAt };
    case 'IntegrationResumed':
      return before && { ...before, sequence, status: 'active' };
  }
}

function configured(before: IntegrationDocument | undefined, event: IntegrationEvent): IntegrationDocument {
  const { organizationId, projectId, recordedAt } = event.metadata;
  const { integrationId, sequence, source, data, secrets, filters } = event.payload as unknown as Configuration;
  return {
    status: 'active',
    createdAt: recordedAt,
    ...before,
    integrationId,
    organizationId,
    projectId,
    sequence,
    source,
    data,
    secrets,
    filters,
    history: [...(before?.history ?? []), { from: recordedAt, source, filters, deleted: false }].slice(-HISTORY),
  };
}

function deleted(before: IntegrationDocument, event: IntegrationEvent): IntegrationDocument {
  const { source, filters } = before;
  const { recordedAt } = event.metadata;
  const entry = { from: recordedAt, source, filters, deleted: true };
  const history = [...before.history, entry].slice(-HISTORY);
  return {
    ...before,
    sequence: event.payload.sequence,
    status: 'deleted',
    deletedAt: recordedAt,
    secrets: {},
    history,
  };
}
