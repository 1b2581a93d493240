import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { headersOf, IncidentClosed, IncidentOpened, keyOf, makeEvent } from '#libs/contracts';
import { derivedId, instantOfMillis, SystemClock } from '#libs/core';
import { MemoryEventLog, MemoryLog } from '#libs/event-stream';
import { createLog, noMetrics, ProcessorHost } from '#libs/runtime';
import { copyRow, Store, storeMigrations } from '#libs/store';
import { type Incident } from '../apps/incidents/src/incident/incident.js';
import {
  type IncidentEnvelope,
  incidentsProjection,
  timelineEntryOf,
} from '../apps/incidents/src/projections/incidents/incidents.projection.js';
import { INCIDENT_COLUMNS, incidentRow } from '../apps/incidents/src/projections/incidents/incidents.rows.js';
import { saidOf } from '../apps/incidents/src/projections/incidents/incidents.write.js';
import { applyIncidentEvents } from '../apps/incidents/src/projections/incidents/incidents.read-model.js';
import { incidentView, timelineView } from '../apps/incidents/src/projections/incidents/incidents.views.js';
import { type BenchGround, compare, type Finding, perSecond } from './harness.js';

const EVENTS = 120_000;
const SCHEMA = 'bench_project';
const TOPIC = 'events';
const ORGANIZATION = randomUUID();
const PROJECT = randomUUID();
const statements = [...incidentView.create(incidentView.name), ...timelineView.create(timelineView.name)];

/**
 * S6: incident events on a log in memory become timeline rows and incidents, with their checkpoint in one transaction,
 * against COPY by the server itself of the very rows that come of it, timeline and incidents, into the same tables with
 * the same indexes.
 */
export async function project({ databaseUrl }: BenchGround): Promise<Finding[]> {
  const base = { url: databaseUrl, applicationName: 'bench', schema: SCHEMA };
  const store = await Store.open({ ...base, migrations: storeMigrations });
  const folder = await mkdtemp(path.join(tmpdir(), 'tocsin-bench-rows-'));
  try {
    await store.migrate();
    const events = incidentEvents();
    const files = await rowsIn(folder, events);
    const memory = logOf(events);
    const finding = await compare({
      name: 'S6 projector (timeline, incidents, checkpoint), against the server’s COPY of the same rows',
      goal: 0.5,
      unit: 'events/s',
      ours: () => projected(store, memory),
      yardstick: () => copied(store, files),
    });
    return [finding];
  } finally {
    await store.query(`drop schema if exists ${SCHEMA} cascade`);
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Two events an incident: half of the ends come so much later that they meet a row which is there already. */
function incidentEvents(): IncidentEnvelope[] {
  const count = EVENTS / 2;
  const opened = Array.from({ length: count }, (_, at) => openedAt(at));
  const closed = Array.from({ length: count }, (_, at) => closedAt(at));
  const later = count / 2;
  return [
    ...opened.slice(0, later),
    ...opened.slice(later).flatMap((event, at) => [event, closed[later + at]!]),
    ...closed.slice(0, later),
  ];
}

function openedAt(at: number): IncidentEnvelope {
  const payload = {
    incidentId: derivedId('bench', at),
    pk: at + 1,
    sequence: 1,
    origin: 'alert',
    startTime: timeAt(at),
    endTime: null,
    stateful: true,
    level: 2,
    description: `service-${at % 1000} answers with errors`,
    tags: [`service=service-${at % 1000}`, 'alertname=HighErrorRate', 'platform=prod', 'severity=critical'],
    source: { id: 'source', name: 'alertmanager', type: 'alertmanager' },
    sourceIncidentId: `${at.toString(16).padStart(16, '0')}-1`,
    detailsUrl: 'https://prometheus.example.org/graph?g0.expr=rate',
    ticketUrl: '',
  };
  return makeEvent(IncidentOpened, payload, originOf(at, 1));
}

function closedAt(at: number): IncidentEnvelope {
  const payload = {
    incidentId: derivedId('bench', at),
    pk: at + 1,
    sequence: 2,
    endTime: timeAt(at + 60),
    reason: 'resolved',
  };
  return makeEvent(IncidentClosed, payload, originOf(at, 2));
}

function originOf(at: number, sequence: number) {
  const time = timeAt(at);
  const id = derivedId('bench', at, sequence);
  return { id, time, recordedAt: time, source: 'incidents', organizationId: ORGANIZATION, projectId: PROJECT };
}

function timeAt(at: number): string {
  return instantOfMillis(Date.UTC(2026, 0, 1) + at * 1000);
}

interface Files {
  readonly timeline: string;
  readonly incidents: string;
}

async function rowsIn(folder: string, events: readonly IncidentEnvelope[]): Promise<Files> {
  const files = { timeline: path.join(folder, 'timeline'), incidents: path.join(folder, 'incidents') };
  await writeFile(files.timeline, events.map(timelineRow).join(''));
  await writeFile(files.incidents, incidentRows(events).join(''));
  // The server reads them, as another user maybe.
  await chmod(folder, 0o755);
  for (const file of Object.values(files)) await chmod(file, 0o644);
  return files;
}

function timelineRow(event: IncidentEnvelope): string {
  const entry = timelineEntryOf(event);
  const { incidentId } = event.payload;
  return copyRow([ORGANIZATION, incidentId, entry.sequence, entry.time, entry.recordedAt, JSON.stringify(entry)]);
}

function incidentRows(events: readonly IncidentEnvelope[]): string[] {
  const all = new Map<string, { incident: Incident; events: IncidentEnvelope[] }>();
  for (const event of events) {
    const id = incidentsProjection.idOf(event);
    const known = all.get(id);
    const incident = incidentsProjection.evolve(known?.incident, event)!;
    all.set(id, { incident, events: [...(known?.events ?? []), event] });
  }
  return [...all].map(([id, { incident, events: told }]) => incidentRow(ORGANIZATION, id, incident, saidOf(told)));
}

function logOf(events: readonly IncidentEnvelope[]): MemoryLog {
  const memory = new MemoryLog();
  memory.createTopic(TOPIC);
  memory.append(
    events.map((event) => {
      return { topic: TOPIC, key: keyOf(event), value: JSON.stringify(event), headers: headersOf(event) };
    }),
  );
  return memory;
}

async function projected(store: Store, memory: MemoryLog): Promise<number> {
  await anew(store);
  const host = new ProcessorHost({
    eventLog: new MemoryEventLog(memory),
    store,
    relay: { wake: () => undefined, whenDrained: () => Promise.resolve() },
    tenants: {
      isKnown: () => true,
      defaultTenant: () => Promise.resolve({ organizationId: ORGANIZATION, projectId: PROJECT }),
    },
    clock: new SystemClock(),
    topics: { events: TOPIC, telemetry: '', deadLetters: 'none' },
    version: 'bench',
    metrics: noMetrics,
    log: createLog('bench', 'error'),
    onFatal: (error) => {
      throw error;
    },
  });
  const started = performance.now();
  await host.start({
    name: `bench-${randomUUID()}`,
    topic: TOPIC,
    handles: new Set([IncidentOpened.name, IncidentClosed.name]),
    apply: (batch, { tx }) => applyIncidentEvents(batch, tx, (view) => view),
  });
  await host.whenCaughtUp();
  const rate = perSecond(EVENTS, started);
  await host.stopAll();
  await expectRows(store, timelineView.name, EVENTS);
  await expectRows(store, incidentView.name, EVENTS / 2);
  return rate;
}

async function copied(store: Store, { timeline, incidents }: Files): Promise<number> {
  await anew(store);
  const started = performance.now();
  await store.transaction(async (tx) => {
    await tx.query(
      `copy ${timelineView.name} (organization_id, id, sequence, time, recorded_at, document) from '${timeline}'`,
    );
    await tx.query(`copy ${incidentView.name} (${INCIDENT_COLUMNS}) from '${incidents}'`);
  });
  const rate = perSecond(EVENTS, started);
  await expectRows(store, timelineView.name, EVENTS);
  await expectRows(store, incidentView.name, EVENTS / 2);
  return rate;
}

async function anew(store: Store): Promise<void> {
  await store.query(`drop table if exists ${incidentView.name}, ${timelineView.name}`);
  for (const statement of statements) await store.query(statement);
  await store.query('checkpoint');
}

async function expectRows(store: Store, table: string, count: number): Promise<void> {
  const { rows } = await store.query<{ count: number }>(`select count(*) as count from ${table}`);
  if (rows[0]?.count !== count) throw new Error(`${table} has ${rows[0]?.count} rows instead of ${count}`);
}
