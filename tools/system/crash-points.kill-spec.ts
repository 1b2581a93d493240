import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Account } from './account.js';
import { readEvents } from './read-events.js';
import { startTrial, type Trial } from './trial.js';

/** Each of them strikes once, in the named service, at the given pass (reference performance-reliability 2.8). */
const POINTS = [
  'ingestion@ingestion.before-publish:20',
  'ingestion@ingestion.after-publish:20',
  'incidents@processor.before-transaction:8',
  'incidents@processor.before-commit:8',
  'incidents@processor.after-commit:8',
  'incidents@relay.before-publish:3',
  'incidents@relay.after-publish:3',
  'delivery@processor.before-transaction:8',
  'delivery@processor.before-commit:8',
  'delivery@processor.after-commit:8',
  'delivery@delivery.before-send:15',
  'delivery@delivery.after-send:15',
  'delivery@delivery.after-receipt:15',
  'delivery@relay.before-publish:8',
  'delivery@relay.after-publish:8',
  'integrations@processor.before-commit:8',
] as const;

const ALERTS = 800;
const RATE = 20;

describe('processes killed at every crash point, the broker and the database too, under load', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-crash-'));
  const markerOf = (point: string): string => join(folder, point.replace(/[@.:]/g, '_'));
  let trial: Trial;
  let account: Account;

  beforeAll(async () => {
    const armed = POINTS.map((point) => `${point}=${markerOf(point)}`).join(',');
    trial = await startTrial({ NODE_ENV: 'test', CRASHPOINT: armed });
    const loading = trial.load({ name: 'crash', alerts: ALERTS, rate: RATE });
    await trial.system.killAndWait('kafka');
    await trial.system.killAndWait('postgres');
    const ledger = await loading;
    account = await trial.account('crash', ledger);
  }, 300_000);
  afterAll(async () => {
    await trial?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(POINTS)('%s was struck', (point) => {
    expect(existsSync(markerOf(point))).toBe(true);
  });

  it('every acknowledged alert has one incident in the right state', () => {
    expect(account.acked).toBe(ALERTS);
    expect(account.lost).toEqual([]);
  });

  it('no incident has more than one message, unless its delivery says ambiguous', () => {
    expect(account.double).toEqual([]);
  });

  it('every delivery is in one final state', () => {
    expect(account.states['pending'] ?? 0).toBe(0);
    expect(account.unaccounted).toBe(0);
  });

  it('the events of each incident lie in order, with the ids of their first time', async () => {
    const events = await readEvents(`127.0.0.1:${trial.system.kafkaPort}`);
    const seen = new Map<string, { next: number; ids: Set<string> }>();
    for (const { event } of events.filter(({ event: { name } }) => name.startsWith('Incident'))) {
      const { incidentId, sequence } = event.payload as { incidentId: string; sequence: number };
      const stream = seen.get(incidentId) ?? { next: 1, ids: new Set() };
      seen.set(incidentId, stream);
      if (stream.ids.has(event.metadata.id)) continue;
      expect(sequence).toBe(stream.next++);
      stream.ids.add(event.metadata.id);
    }
    expect(seen.size).toBe(ALERTS);
  });

  it('the read model is what a rebuild makes of the log', async () => {
    expect(await trial.rebuildsEqual()).toBe(true);
  });
});
