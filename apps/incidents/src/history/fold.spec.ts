import { describe, expect, it } from '@jest/globals';
import { type TimelineEntry } from '../projections/incidents/incidents.projection.js';
import { pastOf } from './fold.js';

const at = (minute: number): string => `2026-11-20T09:${String(minute).padStart(2, '0')}:00.000Z`;

function entry(sequence: number, name: string, time: number, recorded: number, payload: object): TimelineEntry {
  const own = { incidentId: 'i1', pk: 1, sequence, timestamp: at(time), ...payload };
  const said = { source: 's', description: '', payload: own };
  return { sequence, eventId: `e${sequence}`, name, time: at(time), recordedAt: at(recorded), ...said };
}

const opened = {
  origin: 'api',
  startTime: at(5),
  stateful: true,
  level: 3,
  description: 'down',
  tags: [],
  source: { id: 's', name: 'nav', type: 'nav' },
  sourceIncidentId: '1',
  detailsUrl: '',
  ticketUrl: '',
};

/** Told at 10 of 5; an end of 8 that was told at 20 only. */
const timeline = [
  entry(1, 'IncidentOpened', 5, 10, opened),
  entry(2, 'IncidentNoted', 12, 12, { type: 'OTH', description: 'looking' }),
  entry(3, 'IncidentClosed', 8, 20, { type: 'END', endTime: at(8), reason: 'resolved', late: true }),
];

const past = (minute: number, known: 'at' | 'now') => pastOf(timeline, { asOf: at(minute), known })?.incident;

describe('an incident at a moment', () => {
  it('is not there before it was written down, or had begun', () => {
    expect(past(9, 'at')).toBeUndefined();
    expect(past(4, 'now')).toBeUndefined();
    expect(past(5, 'now')).toMatchObject({ sequence: 1, startTime: at(5) });
  });

  it('was open as far as was known then, and is known today to have been over', () => {
    expect(past(15, 'at')).toMatchObject({ sequence: 2 });
    expect(past(15, 'at')?.endTime).toBeUndefined();
    expect(past(15, 'now')).toMatchObject({ sequence: 3, endTime: at(8) });
    expect(past(9, 'now')).toMatchObject({ sequence: 2, endTime: at(8) });
  });

  it('is at the present what it is', () => {
    expect(past(30, 'now')).toEqual(past(30, 'at'));
  });

  it('counts an event at its very instant', () => {
    expect(past(20, 'at')).toMatchObject({ endTime: at(8) });
    expect(past(8, 'now')).toMatchObject({ endTime: at(8) });
  });

  it('tells when the latest of it happened', () => {
    expect(pastOf(timeline, { asOf: at(30), known: 'at' })?.happenedAt).toBe(at(12));
  });
});
