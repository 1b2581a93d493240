import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeRecord, type EventEnvelope } from '#libs/contracts';
import { EventLog } from '#libs/event-stream';
import { RuntimeConfig, Tenants } from '#libs/runtime';
import { createTestService, testInstallation, type TestInstallation, type TestService, until } from '#libs/testing';
import { integrationsService } from '../service.js';

let installation: TestInstallation;
let service: TestService;

beforeAll(async () => {
  installation = await testInstallation();
  service = await createTestService(integrationsService, { installation });
}, 60_000);

afterAll(async () => {
  await service?.stop();
  await installation?.drop();
});

/** What the registry has put on the log, in the order of the ids. */
async function registrations(): Promise<EventEnvelope[]> {
  await service.relay!.whenDrained();
  const log = service.app.get(EventLog);
  const tenant = await service.app.get(Tenants).defaultTenant();
  const topic = service.app.get(RuntimeConfig).topics.events;
  const { partitions } = await until(() => log.topic(topic));
  const ends = new Map(partitions.map(({ partition, high }) => [partition, high]));
  const found: EventEnvelope[] = [];
  for await (const records of log.read({ topic, until: ends })) {
    for (const { partition, offset, timestamp, value } of records) {
      const decoded = decodeRecord({ topic, partition, offset, timestamp, value }, tenant);
      if (decoded.kind === 'event') found.push(decoded.event);
    }
  }
  return found
    .filter(({ name }) => /^(?:Organization|Source|Person)/.test(name))
    .sort((a, b) => (a.metadata.id < b.metadata.id ? -1 : 1));
}

const payloads = async (name: string): Promise<unknown[]> =>
  (await registrations()).filter((event) => event.name === name).map(({ payload }) => payload);

describe('who there is comes on the log', () => {
  it('what a first start makes, once, whatever the number of starts', async () => {
    const first = await registrations();
    expect(first.map(({ name }) => name).sort()).toEqual(['OrganizationCreated', 'PersonRegistered']);
    await service.stop();
    service = await createTestService(integrationsService, { installation });
    expect(await registrations()).toEqual(first);
  }, 60_000);

  it('with the tokens that are made: persons by their name, sources by name and type', async () => {
    const made = [
      { name: 'kari', kind: 'user' },
      { name: 'kari', kind: 'reader' },
      { name: 'nav1', kind: 'source', sourceType: 'nav', baseUrl: 'https://nav.example.org/' },
      { name: 'nav1', kind: 'source', sourceType: 'NAV' },
      { name: 'plain', kind: 'source' },
    ];
    for (const json of made) expect((await service.request('/tocsin/v1/tokens', { json })).status).toBe(201);
    const persons = (await payloads('PersonRegistered')) as { login: string }[];
    expect(persons.map(({ login }) => login).sort()).toEqual(['admin', 'kari']);
    const sources = (await payloads('SourceRegistered')) as { name: string; type: string; pk: number }[];
    expect(sources.sort((a, b) => a.pk - b.pk)).toMatchObject([
      { name: 'nav1', type: 'nav', baseUrl: 'https://nav.example.org/', username: 'nav1' },
      { name: 'plain', type: 'unknown', baseUrl: '', username: 'plain' },
    ]);
    const types = (await payloads('SourceTypeCreated')) as { name: string }[];
    expect(types.map(({ name }) => name).sort()).toEqual(['nav', 'unknown']);
  });

  it('with an organisation, which has its own', async () => {
    const answer = await service.request('/tocsin/v1/organizations', { json: { name: 'second' } });
    const { organizationId, projectId, token } = (await answer.json()) as Record<string, string>;
    const json = { name: 'nav1', kind: 'source', sourceType: 'nav' };
    expect((await service.request('/tocsin/v1/tokens', { json, token: token! })).status).toBe(201);
    const own = (await registrations()).filter(({ metadata }) => metadata.organizationId === organizationId);
    const byName = new Map(own.map(({ name, payload }) => [name, payload]));
    expect([...byName.keys()].sort()).toEqual([
      'OrganizationCreated',
      'PersonRegistered',
      'SourceRegistered',
      'SourceTypeCreated',
    ]);
    expect(byName.get('OrganizationCreated')).toEqual({ organizationId, projectId, name: 'second', first: false });
    expect(byName.get('SourceRegistered')).toMatchObject({ name: 'nav1', username: 'nav1' });
  });
});
