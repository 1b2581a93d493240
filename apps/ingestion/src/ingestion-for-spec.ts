import { randomUUID } from 'node:crypto';
import { decodeRecord, type EventEnvelope } from '#libs/contracts';
import { EventLog, type StreamRecord } from '#libs/event-stream';
import { type ServiceOverrides, Tenants, TokenAdministration, type TokenRequest } from '#libs/runtime';
import { createTestService, type TestInstallation, testInstallation, type TestService } from '#libs/testing';
import { ingestion } from './options.js';

/** Ingestion on a real broker and database, with what a spec asks of it. */
export interface IngestionForSpec {
  readonly service: TestService;
  /** A new token of the first organisation. */
  token(request: Partial<TokenRequest>): Promise<{ id: string; token: string }>;
  /** Posts JSON, or the text itself. */
  post(path: string, body: unknown, init?: PostInit): Promise<Answer>;
  /** All that lies on a topic: that of the events unless said otherwise. */
  records(topic?: 'events' | 'telemetry'): Promise<readonly StreamRecord[]>;
  /** The events, decoded. */
  events(): Promise<readonly EventEnvelope[]>;
  /** What lies on the telemetry topic, decoded. */
  samples(): Promise<readonly EventEnvelope[]>;
  stop(): Promise<void>;
}

export interface PostInit {
  readonly token?: string | null;
  readonly headers?: Record<string, string>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever the service answers
}

export async function ingestionForSpec(
  overrides: ServiceOverrides = {},
  shared?: TestInstallation,
): Promise<IngestionForSpec> {
  const installation = shared ?? (await testInstallation());
  const service = await createTestService(ingestion, { installation, overrides });
  const tenant = await service.app.get(Tenants, { strict: false }).defaultTenant();
  const log = service.app.get(EventLog, { strict: false });
  const topics = {
    events: installation.environment['EVENTS_TOPIC']!,
    telemetry: installation.environment['TELEMETRY_TOPIC']!,
  };
  const records = (of: 'events' | 'telemetry' = 'events') => readAll(log, topics[of]);
  return {
    service,
    token: (request) =>
      service.app
        .get(TokenAdministration, { strict: false })
        .create({ ...tenant, tokenId: randomUUID() }, { name: 'spec', kind: 'source', ...request }),
    post: (path, body, init) => post(service, path, body, init),
    records,
    events: async () => (await records()).map((record) => decoded(record, tenant)),
    samples: async () => (await records('telemetry')).map((record) => decoded(record, tenant)),
    stop: async () => {
      await service.stop();
      if (!shared) await installation.drop();
    },
  };
}

async function post(service: TestService, path: string, body: unknown, init: PostInit = {}): Promise<Answer> {
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const headers = { 'content-type': 'application/json', ...init.headers };
  const token = init.token === undefined ? {} : { token: init.token };
  const answer = await service.request(path, { method: 'POST', body: text, headers, ...token });
  const answered = await answer.text();
  return { status: answer.status, headers: answer.headers, text: answered, json: parsed(answered) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function readAll(log: EventLog, topic: string): Promise<readonly StreamRecord[]> {
  const state = await log.topic(topic);
  const until = new Map(state!.partitions.map(({ partition, high }) => [partition, high]));
  const records: StreamRecord[] = [];
  for await (const batch of log.read({ topic, until })) records.push(...batch);
  return records;
}

function decoded(record: StreamRecord, tenant: { organizationId: string; projectId: string }): EventEnvelope {
  const result = decodeRecord(record, tenant);
  if (result.kind === 'undecodable') throw new Error(result.reason);
  return result.event;
}
