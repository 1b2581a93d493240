import { step } from '#libs/core';
import { describe, expect, it } from '@jest/globals';
import { sinks, sinkNamed } from '../sinks/index.js';
import { type Command, type Configuration, integration, type IntegrationEvent, type State } from './integration.js';
import { Refusal } from './refusal.js';

const at = '2026-11-20T10:00:00.000Z';
const later = '2026-11-20T11:00:00.000Z';
const enabled = new Set(['slack', 'opsGenie', 'awsCloudWatchLogs', 'awsCloudWatchMetrics', 'pagerDuty', 'gcpLogging']);
const configuration: Configuration = {
  description: 'to the on-call channel',
  data: { channelId: 'C1' },
  secrets: { token: 'v1.k.n.t.c' },
  masks: { token: '********' },
  filters: {},
};
const creation = {
  type: 'create',
  integrationId: 'c38qlqlo0aeuocce9mi0',
  sink: sinkNamed('slack')!,
  source: undefined,
  enabled,
  ...configuration,
  at,
} as const;

const created: IntegrationEvent = {
  name: 'IntegrationCreated',
  payload: {
    integrationId: creation.integrationId,
    sequence: 1,
    sink: 'slack',
    source: 'issues',
    ...configuration,
  },
  at,
};

function stateAfter(...commands: Command[]): State {
  return commands.reduce((state: State, command) => step(integration, state, command).state, undefined);
}

/** The events of the last command; and the same command again yields nothing. */
function eventsOf(command: Command, ...before: Command[]): readonly IntegrationEvent[] {
  const { events, state } = step(integration, stateAfter(...before), command);
  expect(step(integration, state, command).events).toEqual([]);
  return events;
}

function refused(command: Command, ...before: Command[]): Refusal {
  try {
    integration.decide(command, stateAfter(...before));
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('create', () => {
  it('takes the default source where none is named', () => {
    expect(eventsOf(creation)).toEqual([created]);
  });

  it('gives what is read afterwards', () => {
    expect(stateAfter(creation)).toEqual({
      integrationId: creation.integrationId,
      sink: 'slack',
      source: 'issues',
      ...configuration,
      status: 'active',
      sequence: 1,
      created: at,
      updated: at,
    });
  });

  const legal: Record<string, string[]> = {
    slack: ['issues', 'notifications'],
    opsGenie: ['issues', 'notifications'],
    pagerDuty: ['issues'],
    awsCloudWatchLogs: ['logs'],
    gcpLogging: ['logs'],
    awsCloudWatchMetrics: ['metrics'],
  };
  const pairs = sinks.flatMap((sink) =>
    ['issues', 'notifications', 'logs', 'metrics', 'weather', 7].map((source) => ({ sink, source })),
  );

  it.each(pairs)('$source to $sink.name', ({ sink, source }) => {
    const command: Command = { ...creation, sink, source };
    if (legal[sink.name]?.includes(source as string)) {
      expect(eventsOf(command)[0]?.payload).toMatchObject({ source });
    } else {
      expect(refused(command).fields).toHaveProperty('source');
    }
  });

  it('asks for a source where the sink has no default', () => {
    const fields = refused({ ...creation, sink: sinkNamed('awsCloudWatchMetrics')! }).fields;
    expect(fields).toEqual({ source: 'expected one of metrics for the sink awsCloudWatchMetrics' });
  });

  it('refuses a sink that nobody runs', () => {
    const fields = refused({ ...creation, sink: sinkNamed('opsGenie')!, enabled: new Set(['slack']) }).fields;
    expect(fields).toEqual({ sink: 'data.sink: opsGenie is known but not available here yet' });
  });
});

describe('update', () => {
  it('changes what is named and keeps the rest', () => {
    expect(eventsOf({ type: 'update', data: { channelId: 'C2' }, at: later }, creation)).toEqual([
      {
        name: 'IntegrationUpdated',
        payload: { ...created.payload, sequence: 2, data: { channelId: 'C2' } },
        at: later,
      },
    ]);
  });

  it('takes a new secret with its mask', () => {
    const command: Command = { type: 'update', secrets: { token: 'v1.k.n.t.d' }, masks: { token: 'm' }, at: later };
    expect(eventsOf(command, creation)[0]?.payload).toMatchObject({
      secrets: { token: 'v1.k.n.t.d' },
      masks: { token: 'm' },
    });
  });

  it.each<Command>([
    { type: 'update', at: later },
    { type: 'update', description: configuration.description, filters: {}, data: { channelId: 'C1' }, at: later },
    { type: 'update', sink: 'slack', source: 'issues', secrets: {}, masks: {}, at: later },
  ])('%j says nothing new', (command) => {
    expect(eventsOf(command, creation)).toEqual([]);
  });

  it.each([
    [{ sink: 'opsGenie' }, 'sink'],
    [{ source: 'notifications' }, 'source'],
    [{ source: null }, 'source'],
  ])('refuses %j', (change, field) => {
    expect(Object.keys(refused({ type: 'update', ...change, at: later }, creation).fields)).toEqual([field]);
  });

  it('keeps a paused integration paused', () => {
    const state = stateAfter(creation, { type: 'pause', at: later }, { type: 'update', description: 'new', at: later });
    expect(state).toMatchObject({ status: 'paused', description: 'new', sequence: 3 });
  });
});

describe('pause and resume', () => {
  it('pauses with a reason', () => {
    expect(eventsOf({ type: 'pause', reason: 'maintenance', at: later }, creation)).toEqual([
      {
        name: 'IntegrationPaused',
        payload: { integrationId: creation.integrationId, sequence: 2, reason: 'maintenance' },
        at: later,
      },
    ]);
  });

  it('resumes what was paused', () => {
    const events = eventsOf({ type: 'resume', parked: false, at: later }, creation, { type: 'pause', at: later });
    expect(events.map(({ name }) => name)).toEqual(['IntegrationResumed']);
  });

  it('does not resume what runs, unless the delivery process gave it up', () => {
    expect(eventsOf({ type: 'resume', parked: false, at: later }, creation)).toEqual([]);
    const { events } = step(integration, stateAfter(creation), { type: 'resume', parked: true, at: later });
    expect(events.map(({ name }) => name)).toEqual(['IntegrationResumed']);
  });
});

describe('delete', () => {
  it('is soft: the integration stays, as deleted', () => {
    expect(eventsOf({ type: 'delete', at: later }, creation)[0]).toEqual({
      name: 'IntegrationDeleted',
      payload: { integrationId: creation.integrationId, sequence: 2 },
      at: later,
    });
    expect(stateAfter(creation, { type: 'delete', at: later })).toMatchObject({ status: 'deleted', updated: later });
  });

  it.each<Command>([
    { type: 'update', description: 'x', at: later },
    { type: 'pause', at: later },
    { type: 'resume', parked: true, at: later },
  ])('nothing follows it: $type', (command) => {
    expect(refused(command, creation, { type: 'delete', at: later }).kind).toBe('deleted');
  });
});
