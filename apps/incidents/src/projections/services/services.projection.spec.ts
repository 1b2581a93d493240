import { describe, expect, it } from '@jest/globals';
import { compareInstants, instantOfMillis } from '#libs/core';
import fc from 'fast-check';
import { goldens } from '../../testing/golden.js';
import { type LoggedStatus, type ServiceHistory, servicesProjection } from './services.projection.js';

function folded(events: readonly LoggedStatus[]): ServiceHistory | undefined {
  return events.reduce<ServiceHistory | undefined>((h, event) => servicesProjection.evolve(h, event), undefined);
}

describe('the services projection', () => {
  it.each(goldens(import.meta.url))('makes of $name what was recorded', ({ input, output }) => {
    expect(folded(input as LoggedStatus[])).toEqual(output);
  });

  it.each(goldens(import.meta.url))('ignores what $name has said before', ({ input }) => {
    const once = folded(input as LoggedStatus[]);
    expect((input as LoggedStatus[]).reduce((h, event) => servicesProjection.evolve(h, event)!, once)).toEqual(once);
  });

  const [sample] = (goldens(import.meta.url)[0]?.input ?? []) as [LoggedStatus];
  const told = fc.record({
    minute: fc.integer({ min: 0, max: 30 }),
    status: fc.constantFrom('up', 'down', 'Up', 'degraded'),
    fingerprint: fc.constantFrom('a', 'b', 'c'),
  });

  it('calls a transition what differs from the row before it, whatever the order of arrival', () => {
    fc.assert(
      fc.property(fc.array(told, { maxLength: 30 }), (all) => {
        const events = all.map(({ minute, ...own }, offset): LoggedStatus => {
          const payload = { ...sample.event.payload, ...own, time: instantOfMillis(minute * 60_000) };
          return { offset, event: { ...sample.event, payload } };
        });
        const rows = folded(events)?.rows ?? [];
        const times = rows.map(({ time }) => time);
        expect(times).toEqual([...times].sort(compareInstants));
        rows.forEach((row, index) => {
          const before = rows[index - 1];
          expect(row.transition).toBe(before?.status.toLowerCase() !== row.status.toLowerCase());
        });
      }),
    );
  });
});
