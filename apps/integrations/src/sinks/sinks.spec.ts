import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { type SinkDescriptor } from '../sink.js';
import { sinks } from './index.js';

const folder = new URL('.', import.meta.url);
const isSink = (file: string): boolean =>
  /^[a-z-]+\.ts$/.test(file) && readFileSync(new URL(file, folder), 'utf8').includes('defineSink({');

describe('the list of sinks', () => {
  it('holds every descriptor of the folder, each name once', async () => {
    const files = readdirSync(folder).filter(isSink);
    const described = await Promise.all(
      files.map(async (file) => {
        const module = (await import(new URL(file, folder).href)) as Record<string, SinkDescriptor>;
        return Object.values(module)[0];
      }),
    );
    expect(new Set(sinks)).toEqual(new Set(described));
    expect(new Set(sinks.map(({ name }) => name)).size).toBe(sinks.length);
  });

  it.each(sinks)('$name: a default source is one of its sources, and field names are its own', (sink) => {
    if (sink.defaultSource) expect(sink.sources).toContain(sink.defaultSource);
    const names = sink.fields.flatMap(({ name, secret }) => [name, ...(secret?.masked ? [secret.masked] : [])]);
    expect(new Set([...names, 'sink', 'source']).size).toBe(names.length + 2);
  });
});
