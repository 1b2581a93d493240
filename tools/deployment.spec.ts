import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { defaultTopics, topicSpecs } from '#libs/contracts';
import { repositoryRoot } from './ground/repository.js';
import { entryFile, serviceName, services } from './services.js';

const read = (file: string): string => readFileSync(path.join(repositoryRoot, file), 'utf8');

interface ComposeService {
  readonly command?: readonly string[];
  readonly environment?: Record<string, string>;
  readonly healthcheck?: object;
  readonly image?: string;
}

describe('docker-compose.yml', () => {
  const compose = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, ComposeService> };

  it('is what the Compose specification allows', () => {
    const schema = createRequire(import.meta.url).resolve('docker-compose/schema/compose-spec.json');
    const ajv = new Ajv2020({ strict: false, logger: false, validateFormats: false });
    const { $schema: _, ...draft } = JSON.parse(readFileSync(schema, 'utf8')) as Record<string, unknown>;
    const validate = ajv.compile(draft);
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each(services.map((entry) => [serviceName(entry), entry] as const))('runs %s as npm start does', (name, entry) => {
    const service = compose.services[name];
    expect(service?.command).toEqual([entryFile(entry)]);
    expect(service?.environment).toMatchObject({
      SERVICE: entry.app,
      PORT: '4000',
      SERVICE_PORT: String(4000 + entry.portOffset),
      ...(entry.sink === undefined ? {} : { SINK: entry.sink }),
    });
    expect(service?.healthcheck).toBeDefined();
  });

  it('runs no service that npm start does not', () => {
    const ours = Object.entries(compose.services).filter(
      ([, service]) => service.environment?.['SERVICE'] !== undefined,
    );
    expect(ours.map(([name]) => name).sort()).toEqual(services.map(serviceName).sort());
  });

  it('uses the same broker and database', () => {
    const { version } = JSON.parse(read('tools/ground/kafka-jars.json')) as { version: string };
    expect(compose.services['kafka']?.image).toBe(`apache/kafka:${version}`);
    expect(compose.services['postgres']?.image).toBe('postgres:18');
  });

  it('makes the topics as designed', () => {
    const script = compose.services['topics']?.command?.[0] ?? '';
    const made = [...script.matchAll(/^create (\S+) (\S+)$/gm)].map(([, topic, retention]) => [
      topic,
      Number(retention),
    ]);
    expect(made).toEqual(topicSpecs(defaultTopics).map(({ topic, retentionMs }) => [topic, retentionMs]));
    expect(script).toContain(`--partitions ${topicSpecs(defaultTopics)[0]?.partitions} `);
  });
});

describe('Dockerfile', () => {
  const lines = read('Dockerfile')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const final = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));

  it('copies only what is there', () => {
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.filter((file) => !existsSync(path.join(repositoryRoot, file)))).toEqual([]);
  });

  it('runs as somebody who is not root, in the exec form, from a pinned image', () => {
    expect(final.find((line) => line.startsWith('USER '))).toBe('USER node');
    expect(final.filter((line) => /^(ENTRYPOINT|CMD) /.test(line)).every((line) => / \[".*"\]$/.test(line))).toBe(true);
    for (const line of lines.filter((one) => one.startsWith('FROM '))) expect(line).toMatch(/:\d+[\w.-]+( AS \w+)?$/);
  });

  it('starts with an app that exists', () => {
    expect(final.at(-1)).toBe(`CMD ["${entryFile({ app: 'console', portOffset: 0 })}"]`);
  });
});

describe('deploy/kafka/acls.sh', () => {
  const output = execFileSync(path.join(repositoryRoot, 'deploy/kafka/acls.sh'), {
    env: { PATH: process.env['PATH'], DRY_RUN: '1' },
    encoding: 'utf8',
  });
  const grants = output.trim().split('\n');
  const of = (principal: string): string[] => grants.filter((line) => line.includes(` User:tocsin-${principal} `));

  it('lets ingestion write facts and samples, and read no more than the events', () => {
    const topicsOf = (operation: string) =>
      of('ingestion')
        .filter((line) => line.includes(`--operation ${operation}`))
        .flatMap((line) => /--topic (\S+)/.exec(line)?.[1] ?? []);
    expect(topicsOf('Write')).toEqual(['events-stream', 'telemetry-stream', 'dead-letters']);
    expect(topicsOf('Read')).toEqual(['events-stream']);
  });

  it('lets nobody delete or alter', () => {
    expect(output).not.toMatch(/Delete|Alter|Create|--operation All/);
  });

  it('knows every process that reads the log, by its own consumer group', () => {
    const readers = services.filter(({ app }) => app !== 'console').map(serviceName);
    for (const name of readers) {
      const group = of(name).find((line) => line.includes('--group '));
      expect(group).toContain(`--group ${name.replace('-', '.')}`);
    }
  });

  it('gives the dead letters to read only to who lists them', () => {
    const readers = grants.filter((line) => line.includes('--operation Read') && line.includes('--topic dead-letters'));
    expect(readers.map((line) => /User:tocsin-(\S+)/.exec(line)?.[1])).toEqual(['incidents', 'reader']);
  });
});

describe('nest-cli.json', () => {
  it('knows every app that npm start runs', () => {
    const { projects } = JSON.parse(read('nest-cli.json')) as { projects: Record<string, { root: string }> };
    expect(Object.keys(projects).sort()).toEqual([...new Set(services.map(({ app }) => app))].sort());
  });
});
