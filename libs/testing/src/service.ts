import {
  createService,
  type Environment,
  type ServiceOptions,
  type ServiceOverrides,
  type TestedService,
} from '#libs/runtime';
import { testDatabase, type TestDatabase } from './database.js';
import { testInstallationTopics } from './kafka.js';
import { testGround } from './config.js';
import { uniqueName } from './names.js';

/** A database, topics and an admin token of the spec's own: what an installation is made of. */
export interface TestInstallation {
  readonly database: TestDatabase;
  readonly environment: Environment;
  readonly adminToken: string;
  drop(): Promise<void>;
}

/** `topics: false` where nothing is read from or written to the log. */
export async function testInstallation({ topics = true }: { topics?: boolean } = {}): Promise<TestInstallation> {
  const [database, installation] = await Promise.all([testDatabase(), topics ? testInstallationTopics() : undefined]);
  const adminToken = uniqueName('admin-token');
  const names = installation?.topics;
  return {
    database,
    adminToken,
    environment: {
      KAFKA_BROKERS: testGround().brokers.join(','),
      DATABASE_URL: database.url,
      TOCSIN_ADMIN_TOKEN: adminToken,
      TOCSIN_MASTER_KEYS: `spec:${Buffer.alloc(32, 7).toString('base64')}`,
      LOG_LEVEL: 'silent',
      NODE_ENV: 'test',
      // Specs ask thousands of things in a row, and want them refused for their own reasons; those of the limits set them.
      RATE_LIMIT_REQUESTS: '0',
      RATE_LIMIT_REFUSALS: '0',
      ...(names
        ? { EVENTS_TOPIC: names.events, TELEMETRY_TOPIC: names.telemetry, DEAD_LETTERS_TOPIC: names.deadLetters }
        : { TOCSIN_RECOVERY: 'anew' }),
    },
    drop: async () => {
      await Promise.all([database.drop(), installation?.drop()]);
    },
  };
}

/** A started service on an installation of its own, and a client that speaks as its first admin. */
export interface TestService extends TestedService {
  readonly installation: TestInstallation;
  /** `fetch` below the service's URL; the admin token goes along unless another, or null, is given. */
  request(path: string, init?: RequestInit & { token?: string | null; json?: unknown }): Promise<Response>;
}

/** Starts `options` on `installation`, or on a new one, which then goes with `stop()`. */
export async function createTestService(
  options: ServiceOptions,
  { installation, overrides = {} }: { installation?: TestInstallation; overrides?: ServiceOverrides } = {},
): Promise<TestService> {
  const ground = installation ?? (await testInstallation());
  const environment = { ...ground.environment, ...overrides.environment };
  const service = await createService(options, { ...overrides, environment });
  return {
    ...service,
    installation: ground,
    request: (path, init) => requestTo(`${service.url}${path}`, ground.adminToken, init),
    stop: async () => {
      await service.stop();
      if (!installation) await ground.drop();
    },
  };
}

function requestTo(
  url: string,
  adminToken: string,
  { token = adminToken, json, ...init }: RequestInit & { token?: string | null; json?: unknown } = {},
): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token !== null && !headers.has('authorization')) headers.set('authorization', `Bearer ${token}`);
  if (json === undefined) return fetch(url, { ...init, headers });
  if (!headers.has('content-type')) headers.set('content-type', 'application/json');
  return fetch(url, { method: 'POST', ...init, headers, body: JSON.stringify(json) });
}
