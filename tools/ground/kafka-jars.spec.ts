import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type JarLock, ensureKafkaJars, readJarLock } from './kafka-jars.js';

describe('the lockfile of the broker', () => {
  const { jars, version } = readJarLock();

  it('pins every jar by coordinates, size and checksum', () => {
    expect(version).toBe('4.3.1');
    expect(jars.map(({ id }) => id)).toEqual(expect.arrayContaining(['org.apache.kafka:kafka_2.13:4.3.1']));
    for (const { id, size, sha256 } of jars) {
      expect(id).toMatch(/^[\w.-]+:[\w.-]+:[\w.-]+$/);
      expect(size).toBeGreaterThan(0);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(new Set(jars.map(({ id }) => id)).size).toBe(jars.length);
  });

  it('names no host', () => {
    expect(JSON.stringify(jars)).not.toContain('//');
  });
});

describe('fetching jars', () => {
  const content = { a: Buffer.from('jar a'), b: Buffer.from('jar b, longer') };
  const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const lock: JarLock = {
    version: '1.0',
    jars: [
      { id: 'org.example:a:1.0', size: content.a.length, sha256: sha256(content.a) },
      { id: 'org.example.deep:b:2.1', size: content.b.length, sha256: sha256(content.b) },
    ],
  };
  let folder: string;
  let mirror: Server;
  let asked: string[];
  let said: string[];

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'jars-'));
    asked = [];
    said = [];
    mirror = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end(request.url?.includes('/b/') ? content.b : content.a);
    });
    await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    mirror.closeAllConnections();
    await new Promise((resolve) => mirror.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const ensure = (): Promise<readonly string[]> => {
    const mavenRepository = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}/maven`;
    return ensureKafkaJars({ cacheDir: folder, mavenRepository }, (line) => said.push(line), lock);
  };

  it('asks the mirror by the repository layout and tells how much it fetches', async () => {
    const files = await ensure();
    expect(asked.sort()).toEqual(['/maven/org/example/a/1.0/a-1.0.jar', '/maven/org/example/deep/b/2.1/b-2.1.jar']);
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(['jar a', 'jar b, longer']);
    expect(said[0]).toContain('2 jars, 0 MB; 0 jars from the cache; fetching 2 jars');
  });

  it('takes the second time from the cache', async () => {
    await ensure();
    asked = [];
    await ensure();
    expect(asked).toEqual([]);
    expect(said.at(-1)).toContain(`from ${folder}`);
  });

  it('goes through the proxy of the environment', async () => {
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', (request, client: Socket) => {
      tunnels.push(request.url ?? '');
      const target = connect((mirror.address() as AddressInfo).port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        target.pipe(client).pipe(target);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    process.env['http_proxy'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    try {
      const source = { cacheDir: folder, mavenRepository: 'http://maven.test/' };
      await ensureKafkaJars(source, () => undefined, lock);
    } finally {
      delete process.env['http_proxy'];
      proxy.close();
    }
    expect(new Set(tunnels)).toEqual(new Set(['maven.test:80']));
    expect(asked).toHaveLength(2);
  });

  it('fetches again only the jar that is damaged', async () => {
    const [, b = ''] = await ensure();
    writeFileSync(b, 'jar b, damage');
    asked = [];
    await ensure();
    expect(asked).toEqual(['/maven/org/example/deep/b/2.1/b-2.1.jar']);
    expect(readFileSync(b, 'utf8')).toBe('jar b, longer');
  });
});
