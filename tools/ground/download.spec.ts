import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Artifact, CorruptDownloadError, download, isCached } from './download.js';

const CONTENT = Buffer.from('the jar as the lockfile knows it '.repeat(2000));

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const whole: Answer = (_, response) => response.end(CONTENT);
const corrupt: Answer = (_, response) => response.end(Buffer.concat([CONTENT.subarray(0, -1), Buffer.from('?')]));
const tooShort: Answer = (_, response) => response.end(CONTENT.subarray(0, 1000));
const tooLong: Answer = (_, response) => response.end(Buffer.concat([CONTENT, CONTENT]));
const missing: Answer = (_, response) => response.writeHead(404).end('no such file');
const cutOff: Answer = (_, response) => {
  response.writeHead(200, { 'content-length': CONTENT.length });
  response.write(CONTENT.subarray(0, 1000), () => response.destroy());
};

describe('a verified download', () => {
  let folder: string;
  let server: Server;
  let answers: Answer[];
  let asked: number;
  let artifact: Artifact;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'download-'));
    answers = [];
    asked = 0;
    server = createServer((request, response) => (answers[asked++] ?? whole)(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    artifact = {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.jar`,
      file: path.join(folder, 'group', 'a.jar'),
      size: CONTENT.length,
      sha256: createHash('sha256').update(CONTENT).digest('hex'),
    };
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const kept = (): string[] => readdirSync(path.dirname(artifact.file));
  const fetched = (attempts: number): Promise<void> => download(artifact, { attempts, pauseMs: 1 });

  it('puts the whole file in place and nothing beside it', async () => {
    await fetched(1);
    expect(readFileSync(artifact.file).equals(CONTENT)).toBe(true);
    expect(kept()).toEqual(['a.jar']);
    expect(await isCached(artifact)).toBe(true);
  });

  it.each([
    ['a wrong byte', corrupt, /SHA-256 is \w+ instead of/],
    ['too few bytes', tooShort, /1000 bytes instead of/],
    ['too many bytes', tooLong, /more than the \d+ bytes/],
  ])('refuses %s', async (_, answer, message) => {
    answers = [answer];
    const attempt = fetched(1);
    await expect(attempt).rejects.toThrow(CorruptDownloadError);
    await expect(attempt).rejects.toThrow(message);
    expect(kept()).toEqual([]);
  });

  it.each([
    ['a connection cut off', cutOff],
    ['a missing file', missing],
  ])('leaves nothing behind after %s', async (_, answer) => {
    answers = [answer];
    await expect(fetched(1)).rejects.toThrow();
    expect(kept()).toEqual([]);
  });

  it('tries again, and takes the first sound answer', async () => {
    answers = [corrupt, cutOff, missing];
    await fetched(4);
    expect(asked).toBe(4);
    expect(await isCached(artifact)).toBe(true);
  });

  it('gives up after the last attempt', async () => {
    answers = [missing, missing, missing];
    await expect(fetched(2)).rejects.toThrow('answered 404');
    expect(asked).toBe(2);
  });

  it('does not take a kept file that was changed or cut for the right one', async () => {
    await fetched(1);
    const changed = Buffer.from(CONTENT);
    changed[5] = 0;
    writeFileSync(artifact.file, changed);
    expect(await isCached(artifact)).toBe(false);
    writeFileSync(artifact.file, CONTENT.subarray(0, 10));
    expect(await isCached(artifact)).toBe(false);
  });

  it('lets two fetch the same file at once', async () => {
    await Promise.all([fetched(1), fetched(1)]);
    expect(kept()).toEqual(['a.jar']);
    expect(await isCached(artifact)).toBe(true);
  });
});
