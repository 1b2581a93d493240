import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareInstants } from '#libs/core';
import { missingOf, type Seen, type Snapshot } from './snapshot.rules.js';
import { type SourceIncident } from './source-incidents.query.js';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 20, 9, minute)).toISOString();

const seen = (id: string, start = 0, end?: number): Seen => ({
  sourceIncidentId: id,
  startTime: at(start),
  ...(end === undefined ? {} : { endTime: at(end) }),
});

function here(pk: number, id: string, of: Partial<SourceIncident> = {}): SourceIncident {
  const open = of.endTime === undefined || of.endTime === null;
  return {
    pk,
    sourceIncidentId: id,
    startTime: at(0),
    endTime: null,
    stateful: true,
    open,
    closeReason: open ? null : 'resolved',
    openedAt: at(0),
    updatedAt: of.endTime ?? at(0),
    ...of,
  };
}

const taken = (of: Partial<Snapshot<Seen>>): Snapshot<Seen> => ({ open: [], history: [], takenAt: at(30), ...of });

describe('a snapshot', () => {
  it('starts what is not known here', () => {
    const item = seen('b', 5);
    expect(missingOf(taken({ open: [seen('a'), item] }), [here(1, 'a')])).toEqual([
      { type: 'STA', item, timestamp: at(5) },
    ]);
  });

  it('ends what is open here and not there, when it was taken', () => {
    expect(missingOf(taken({}), [here(1, 'a')])).toEqual([
      { type: 'END', pk: 1, sourceIncidentId: 'a', timestamp: at(30) },
    ]);
  });

  it('ends by the history, to the minute', () => {
    expect(missingOf(taken({ history: [seen('a', 0, 12)] }), [here(1, 'a')])).toMatchObject([
      { type: 'END', pk: 1, timestamp: at(12) },
    ]);
  });

  it('knows that what a whole history does not show was over before', () => {
    expect(missingOf(taken({ since: at(20) }), [here(1, 'a'), here(2, 'b', { startTime: at(25) })])).toMatchObject([
      { pk: 1, timestamp: at(20) },
      { pk: 2, timestamp: at(30) },
    ]);
  });

  it('opens what nobody told of and is over', () => {
    const item = seen('a', 3, 9);
    expect(missingOf(taken({ history: [item] }), [])).toEqual([{ type: 'STA', item, timestamp: at(3) }]);
  });

  it('restarts what the source once ended and has open', () => {
    const ended = here(1, 'a', { endTime: at(10) });
    expect(missingOf(taken({ open: [seen('a', 15)] }), [ended])).toMatchObject([{ type: 'RES', timestamp: at(15) }]);
    expect(missingOf(taken({ open: [seen('a', 0)] }), [ended])).toMatchObject([{ type: 'RES', timestamp: at(10) }]);
  });

  it('leaves closed what a person closed, and stateless what is stateless', () => {
    expect(missingOf(taken({ open: [seen('a')] }), [here(1, 'a', { endTime: at(9), closeReason: 'closed' })])).toEqual(
      [],
    );
    expect(missingOf(taken({ open: [seen('a')] }), [here(1, 'a', { stateful: false, open: false })])).toEqual([]);
  });

  it('changes nothing that is newer than it is', () => {
    const known = [here(1, 'new', { openedAt: at(31) }), here(2, 'a', { endTime: at(31) })];
    expect(missingOf(taken({ open: [seen('a')] }), known)).toEqual([]);
  });
});

const ids = ['a', 'b', 'c', 'd'];
const minutes = fc.integer({ min: 0, max: 29 });
const item = fc
  .tuple(fc.constantFrom(...ids), minutes, fc.option(minutes, { nil: undefined }))
  .map(([id, start, length]) => seen(id, start, length === undefined ? undefined : start + length));
const unique = { selector: ({ sourceIncidentId }: Seen) => sourceIncidentId };
const incident = fc
  .tuple(fc.constantFrom(...ids), fc.option(minutes, { nil: undefined }), fc.constantFrom('resolved', 'closed'))
  .map(([id, end, closeReason]) =>
    here(ids.indexOf(id) + 1, id, end === undefined ? {} : { endTime: at(end), closeReason }),
  );

it('derived again after it was said, nothing is missing', () => {
  const open = fc.uniqueArray(
    item.map(({ endTime: _, ...rest }) => rest),
    unique,
  );
  const known = fc.uniqueArray(incident, { selector: ({ sourceIncidentId }) => sourceIncidentId });
  fc.assert(
    fc.property(open, fc.uniqueArray(item, unique), known, (now, before, incidents) => {
      const snapshot = taken({ open: now, history: before });
      const after = said(incidents, missingOf(snapshot, incidents));
      expect(missingOf(snapshot, after)).toEqual([]);
      for (const { endTime, startTime } of after) {
        if (endTime !== null) expect(compareInstants(endTime, startTime)).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

/** What the incidents are after all that was derived. */
function said(incidents: readonly SourceIncident[], derived: ReturnType<typeof missingOf<Seen>>): SourceIncident[] {
  const all = new Map(incidents.map((one) => [one.sourceIncidentId, one]));
  for (const one of derived) {
    if (one.type === 'STA') {
      const { sourceIncidentId: id, startTime, endTime } = one.item;
      all.set(id, here(100, id, { startTime, ...(endTime === undefined ? {} : { endTime, closeReason: null }) }));
    } else {
      const known = all.get(one.sourceIncidentId)!;
      const end = { endTime: one.timestamp, open: false, closeReason: 'resolved' };
      all.set(one.sourceIncidentId, {
        ...known,
        ...(one.type === 'END' ? end : { endTime: null, open: true, closeReason: null }),
      });
    }
  }
  return [...all.values()];
}
