import { describe, expect, it } from '@jest/globals';
import { type EventEnvelope } from '#libs/contracts';
import { eventLine, matches } from './event-line.js';

const event = {
  name: 'IncidentClosed',
  payload: { incidentId: 'i1', pk: 7, reason: 'resolved\u001b[31m' },
  metadata: { time: '2026-11-20T09:38:23.321Z', subject: 'incident/i1' },
} as unknown as EventEnvelope;

describe('events tail', () => {
  it('says when, where, what and of whom in one line', () => {
    const line = eventLine(event, { partition: 3, offset: 42 });
    expect(line).toMatch(/^2026-11-20T09:38:23\.321Z {2}3\/42 +IncidentClosed +incident\/i1 {2}reason=resolved/);
    expect(line).not.toContain('\u001b');
  });

  it.each([
    [{ names: [] }, true],
    [{ names: ['IncidentClosed'] }, true],
    [{ names: ['AlertFired'] }, false],
    [{ names: [], subject: 'incident/' }, true],
    [{ names: [], subject: 'service/' }, false],
    [{ names: [], contains: 'RESOLVED' }, true],
    [{ names: [], contains: 'expired' }, false],
  ])('keeps by %j: %s', (filter, kept) => {
    expect(matches(event, filter)).toBe(kept);
  });
});
