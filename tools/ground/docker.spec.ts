import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dockerAnswers, dockerKafka, dockerPostgres } from './docker.js';
import { noLog } from './log-file.js';

/** Stands for the client: notes each call, knows no image, and does what it is told by file. */
const CLIENT = `#!/bin/sh
echo "$*" >> "$CALLS"
case "$1 $2" in
  'version --format') [ -e "$ENGINE" ] && echo 28.2.2 || exit 1 ;;
  'image inspect') exit 1 ;;
esac
`;

describe('the Docker path', () => {
  let folder: string;
  let environment: Record<string, string>;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'docker-'));
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'docker'), CLIENT);
    chmodSync(path.join(bin, 'docker'), 0o755);
    environment = { PATH: bin, CALLS: path.join(folder, 'calls'), ENGINE: path.join(folder, 'engine') };
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const calls = (): string[] =>
    readFileSync(environment['CALLS'] ?? '', 'utf8')
      .trim()
      .split('\n');

  it('is taken when an engine answers, not when only a client is there', async () => {
    expect(await dockerAnswers(environment)).toBe(false);
    writeFileSync(environment['ENGINE'] ?? '', '');
    expect(await dockerAnswers(environment)).toBe(true);
    expect(await dockerAnswers({ PATH: '/nowhere' })).toBe(false);
  });

  it('pulls and runs the broker in the foreground, on loopback, its log in a volume of the home', async () => {
    const kafka = await dockerKafka('/some/home', 9092, environment, () => undefined);
    expect(kafka.brokers).toBe('127.0.0.1:9092');
    const child = await kafka.launch(noLog);
    await child.exited;
    const [inspected, pulled, removed, run = ''] = calls();
    expect(inspected).toBe('image inspect apache/kafka:4.3.1');
    expect(pulled).toBe('pull --quiet apache/kafka:4.3.1');
    const name = /^rm --force (tocsin-[0-9a-f]{12}-kafka)$/.exec(removed ?? '')?.[1];
    expect(run).toMatch(new RegExp(`^run --rm --name ${name} --publish 127.0.0.1:9092:9092 --volume ${name}:`));
    expect(run).toContain('--env KAFKA_AUTO_CREATE_TOPICS_ENABLE=false');
    expect(run).toMatch(/ apache\/kafka:4\.3\.1$/);
  });

  it('never shows the password of the database in a list of processes', async () => {
    const access = { port: 5555, password: 'hush-hush' };
    const postgres = await dockerPostgres('/some/home', access, environment, () => undefined);
    expect(postgres.url).toBe('postgres://tocsin:hush-hush@127.0.0.1:5555/tocsin');
    const child = await postgres.launch(noLog);
    await child.exited;
    expect(calls().join('\n')).not.toContain('hush');
    expect(calls().at(-1)).toContain('--publish 127.0.0.1:5555:5432');
    expect(calls().at(-1)).toContain('--env POSTGRES_PASSWORD ');
  });

  it('gives one home one name', async () => {
    for (const home of ['/a', '/b', '/a']) {
      const kafka = await dockerKafka(home, 9092, environment, () => undefined);
      await (
        await kafka.launch(noLog)
      ).exited;
    }
    const names = calls().filter((call) => call.startsWith('rm '));
    expect(names[0]).toBe(names[2]);
    expect(names[0]).not.toBe(names[1]);
  });
});
