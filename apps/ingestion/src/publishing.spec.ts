import { describe, expect, it } from '@jest/globals';
import { CountingIds, derivedId, ManualClock } from '#libs/core';
import { BackPressureError, type OutgoingRecord, PublishError } from '#libs/event-stream';
import { type RuntimeConfig } from '#libs/runtime';
import { isOverflowing, Publishing } from './publishing.js';
import { type Draft, type SourceContext } from './source.js';
import { alertmanagerWebhook } from './sources/alertmanager-webhook/alertmanager-webhook.source.js';

const caller = { organizationId: 'o', projectId: 'p', tokenId: 't', name: 'n', sourceType: null };
const config = { topics: { events: 'events', telemetry: '', deadLetters: '' } } as unknown as RuntimeConfig;

function publishing(
  publish: (records: readonly OutgoingRecord[]) => Promise<never[]> = () => Promise.resolve([]),
): Publishing {
  return new Publishing({ publish }, new CountingIds(), new ManualClock(0), config);
}

function draft(index: number, payload: unknown = 1, id?: string): Draft {
  const base = { index, name: 'x', payload, schemaVersion: 1, time: '2026-11-20T09:00:00.000Z' };
  return id === undefined ? base : { ...base, given: { id } };
}

describe('Publishing', () => {
  it("takes the sender's id, else one that the key repeats, else a new one", () => {
    const drafts = [draft(0, 1, 'own'), draft(1)];
    const ids = (key?: string): string[] =>
      publishing()
        .address(drafts, caller, key)
        .addressed.map(({ id }) => id);
    expect(ids()).toEqual(['own', new CountingIds().next()]);
    expect(ids('key')).toEqual(['own', derivedId('o', 't', 'key', 1)]);
  });

  it('rejects what is larger than a broker takes, in bytes and not in characters, and keeps the others', () => {
    const { addressed, tooLarge } = publishing().address(
      [draft(0, '日'.repeat(340_000)), draft(1, 'x'.repeat(340_000))],
      caller,
      undefined,
    );
    expect(tooLarge).toEqual([{ index: 0, kind: 'size', reason: expect.stringContaining('larger than') }]);
    expect(addressed.map(({ index }) => index)).toEqual([1]);
  });

  it('tells trouble with the log as 503, and nothing else', async () => {
    for (const error of [new BackPressureError('full'), new PublishError('down')]) {
      const failing = publishing(() => Promise.reject(error));
      const { addressed } = failing.address([draft(0)], caller, undefined);
      await expect(failing.write(addressed)).rejects.toMatchObject({
        status: 503,
        details: { retryAfter: expect.any(Number) },
      });
    }
    const broken = publishing(() => Promise.reject(new TypeError('a mistake of ours')));
    await expect(broken.write(broken.address([draft(0)], caller, undefined).addressed)).rejects.toThrow(TypeError);
  });
});

describe('isOverflowing', () => {
  it('lets the largest group of alerts through', () => {
    const context: SourceContext = { ...caller, partition: 'INS', now: '2026-11-20T10:00:00.000Z', partitions: null };
    const labels = { alertname: 'A', platform: 'p', service: 's', facet: 'f', filler: 'x'.repeat(360) };
    const alerts = Array.from({ length: 10_000 }, (_, i) => ({
      status: 'firing',
      labels: { ...labels, i: String(i) },
      startsAt: '2026-11-20T09:00:00Z',
    }));
    expect(JSON.stringify(alerts).length).toBeGreaterThan(5_000_000);
    const { accepted } = alertmanagerWebhook.translate({ version: '4', alerts }, context);
    expect(isOverflowing(publishing().address(accepted, caller, undefined).addressed)).toBe(false);
  });

  it('stops what the publisher could never take', () => {
    const drafts = Array.from({ length: 20 }, (_, i) => draft(i, 'x'.repeat(900_000)));
    expect(isOverflowing(publishing().address(drafts, caller, undefined).addressed)).toBe(true);
  });
});
