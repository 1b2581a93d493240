import { describe, expect, it } from '@jest/globals';
import { changesOf, incidentOf, timeOf } from './report.js';

describe('a report', () => {
  it('becomes the body of a POST', () => {
    const incident = incidentOf({
      id: '42',
      startTime: new Date('2026-11-20T10:00:00Z'),
      description: 'sw1 is down',
      level: 2,
      tags: { host: 'sw1', organization: ['a', 'b=c'] },
    });
    expect(incident).toEqual({
      source_incident_id: '42',
      start_time: '2026-11-20T10:00:00.000Z',
      description: 'sw1 is down',
      level: 2,
      tags: [{ tag: 'host=sw1' }, { tag: 'organization=a' }, { tag: 'organization=b=c' }],
    });
  });

  it('without an end is open, with null stateless', () => {
    const report = { id: '1', startTime: '2026-11-20T10:00:00.123456Z', description: '' };
    expect(incidentOf(report)).not.toHaveProperty('end_time');
    expect(incidentOf({ ...report, endTime: null }).end_time).toBeNull();
    expect(incidentOf(report).start_time).toBe('2026-11-20T10:00:00.123456Z');
  });

  it('is held back when it cannot be right', () => {
    expect(() => timeOf('2026-11-20T10:00:00')).toThrow(RangeError);
    expect(() => timeOf('yesterday')).toThrow(RangeError);
    expect(() => changesOf({ tags: { 'Not-a-key': '1' } })).toThrow(RangeError);
    expect(() => incidentOf({ id: '', startTime: new Date(0), description: '' })).toThrow(RangeError);
  });

  it('changes what is named alone', () => {
    expect(changesOf({ level: 1 })).toEqual({ level: 1 });
    expect(changesOf({ tags: {} })).toEqual({ tags: [] });
  });
});
