import {
  type IntegrationCreated,
  type IntegrationDeleted,
  type IntegrationPaused,
  type IntegrationResumed,
  type IntegrationUpdated,
  type PayloadOf,
} from '#libs/contracts';
import { canonicalJson, type Decider, type Instant } from '#libs/core';
import { type SinkDescriptor } from '../sink.js';
import { type Source } from '../source.js';
import { invalid, Refusal } from './refusal.js';

// Events

type Fact<Name extends string, Type> = { readonly name: Name; readonly payload: PayloadOf<Type>; readonly at: Instant };

export type IntegrationEvent =
  | Fact<'IntegrationCreated', typeof IntegrationCreated>
  | Fact<'IntegrationUpdated', typeof IntegrationUpdated>
  | Fact<'IntegrationDeleted', typeof IntegrationDeleted>
  | Fact<'IntegrationPaused', typeof IntegrationPaused>
  | Fact<'IntegrationResumed', typeof IntegrationResumed>;

// State

export type Filters = PayloadOf<typeof IntegrationCreated>['filters'];
type Texts = Readonly<Record<string, string>>;

/** What can be edited. `secrets` are sealed envelopes and `masks` what is shown of them, both by field. */
export interface Configuration {
  readonly description: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly secrets: Texts;
  readonly masks: Texts;
  readonly filters: Filters;
}

export interface Integration extends Configuration {
  readonly integrationId: string;
  readonly sink: string;
  readonly source: Source;
  readonly status: 'active' | 'paused' | 'deleted';
  /** Number of its events so far. */
  readonly sequence: number;
  readonly created: Instant;
  readonly updated: Instant;
}

/** Undefined before it was created. */
export type State = Integration | undefined;

export function evolve(state: State, event: IntegrationEvent): State {
  const { sequence } = event.payload;
  switch (event.name) {
    case 'IntegrationCreated': {
      const { integrationId, sink, source } = event.payload;
      const times = { created: event.at, updated: event.at };
      return { integrationId, sink, source, ...configurationOf(event.payload), status: 'active', sequence, ...times };
    }
    case 'IntegrationUpdated':
      return state && { ...state, ...configurationOf(event.payload), sequence, updated: event.at };
    case 'IntegrationDeleted':
      return state && { ...state, status: 'deleted', sequence, updated: event.at };
    case 'IntegrationPaused':
      return state && { ...state, status: 'paused', sequence, updated: event.at };
    case 'IntegrationResumed':
      return state && { ...state, status: 'active', sequence, updated: event.at };
  }
}

function configurationOf(payload: PayloadOf<typeof IntegrationCreated>): Configuration {
  const { description, data, secrets, masks, filters } = payload;
  return { description, data, secrets, masks, filters };
}

// Decide

interface At {
  readonly at: Instant;
}

export type Command = At &
  (
    | ({
        readonly type: 'create';
        readonly integrationId: string;
        readonly sink: SinkDescriptor;
        readonly source: unknown;
        /** Sinks that have a running delivery process, for this organisation. */
        readonly enabled: ReadonlySet<string>;
      } & Configuration)
    | ({ readonly type: 'update'; readonly sink?: unknown; readonly source?: unknown } & Partial<Configuration>)
    | { readonly type: 'delete' }
    | { readonly type: 'pause'; readonly reason?: string | undefined }
    /** `parked`: the delivery process has given up on it, and shall try again. */
    | { readonly type: 'resume'; readonly parked: boolean; readonly reason?: string | undefined }
  );

/** Settings and secrets of an update are the new ones only; what is absent stays. @throws Refusal */
export function decide(command: Command, state: State): readonly IntegrationEvent[] {
  if (command.type === 'create') return state ? [] : [created(command)];
  if (!state) throw new Error('an integration is created first');
  if (command.type === 'delete') return state.status === 'deleted' ? [] : [named('IntegrationDeleted', command, state)];
  if (state.status === 'deleted') throw new Refusal('deleted', 'The integration is deleted');
  switch (command.type) {
    case 'update':
      return updated(command, state);
    case 'pause':
      return state.status === 'paused' ? [] : [named('IntegrationPaused', command, state)];
    case 'resume':
      return state.status === 'paused' || command.parked ? [named('IntegrationResumed', command, state)] : [];
  }
}

function created(command: Extract<Command, { type: 'create' }>): IntegrationEvent {
  const { integrationId, sink, enabled, at } = command;
  const source = sourceFor(sink, command.source);
  if (!enabled.has(sink.name)) throw invalid({ sink: `data.sink: ${sink.name} is known but not available here yet` });
  const payload = { integrationId, sequence: 1, sink: sink.name, source, ...editable(command) };
  return { name: 'IntegrationCreated', payload, at };
}

function sourceFor(sink: SinkDescriptor, given: unknown): Source {
  const source = sink.sources.find((known) => known === (given ?? sink.defaultSource));
  if (!source) throw invalid({ source: `expected one of ${sink.sources.join(', ')} for the sink ${sink.name}` });
  return source;
}

function updated(command: Extract<Command, { type: 'update' }>, state: Integration): readonly IntegrationEvent[] {
  refuseChange('sink', command.sink, state.sink);
  refuseChange('source', command.source, state.source);
  const edited: Configuration = {
    description: command.description ?? state.description,
    data: command.data ?? state.data,
    secrets: { ...state.secrets, ...command.secrets },
    masks: { ...state.masks, ...command.masks },
    filters: command.filters ?? state.filters,
  };
  if (canonicalJson(edited) === canonicalJson(editable(state))) return [];
  const { integrationId, sink, source } = state;
  const payload = { integrationId, sequence: state.sequence + 1, sink, source, ...edited };
  return [{ name: 'IntegrationUpdated', payload, at: command.at }];
}

/** Clients of the compatible API send both in every update (reference 1.2): equal ones are no change. */
function refuseChange(field: 'sink' | 'source', given: unknown, stored: string): void {
  if (given === undefined || given === stored) return;
  throw invalid({ [field]: `cannot be changed: it is ${stored}; make another integration` });
}

function named(
  name: 'IntegrationDeleted' | 'IntegrationPaused' | 'IntegrationResumed',
  { at, ...command }: At & { readonly reason?: string | undefined },
  { integrationId, sequence }: Integration,
): IntegrationEvent {
  const reason = command.reason === undefined ? {} : { reason: command.reason };
  return { name, payload: { integrationId, sequence: sequence + 1, ...reason }, at };
}

function editable({ description, data, secrets, masks, filters }: Configuration): Configuration {
  return { description, data, secrets, masks, filters };
}

/** The control plane's rules: one integration, from its creation to its deletion. */
export const integration: Decider<Command, State, IntegrationEvent> = { initialState: undefined, decide, evolve };
