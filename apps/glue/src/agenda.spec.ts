import { describe, expect, it } from '@jest/globals';
import { Agenda } from './agenda.js';
import { type Entry } from './queue.js';

const backoff = { firstMs: 100, mostMs: 1000 };
const close = (number: number, id: string): Entry => ({
  number,
  operation: { kind: 'close', id, time: '2026-11-20T10:00:00Z', description: '' },
});
const snapshot = (number: number): Entry => ({
  number,
  operation: { kind: 'snapshot', snapshot: { at: '2026-11-20T10:00:00Z', open: [] } },
});
const given = (...entries: Entry[]) => {
  const agenda = new Agenda(backoff);
  agenda.add(entries);
  return agenda;
};

describe('the agenda', () => {
  it('goes in order', () => {
    const [first, second] = [close(1, 'a'), close(2, 'b')];
    const agenda = given(first, second);
    expect(agenda.next(0)).toEqual({ entry: first });
    agenda.finished(first);
    expect(agenda.next(0)).toEqual({ entry: second });
    agenda.finished(second);
    expect(agenda.next(0)).toEqual({ at: Infinity });
  });

  it('lets other lanes pass one that waits, and keeps the order of its own', () => {
    const [first, second, other] = [close(1, 'a'), close(2, 'a'), close(3, 'b')];
    const agenda = given(first, second, other);
    expect(agenda.entryFailed(first, 0, 1, undefined)).toBe(100);
    expect(agenda.next(0)).toEqual({ entry: other });
    agenda.finished(other);
    expect(agenda.next(50)).toEqual({ at: 100 });
    expect(agenda.next(100)).toEqual({ entry: first });
  });

  it('waits with all when the server is the trouble, longer each time', () => {
    const agenda = given(close(1, 'a'), close(2, 'b'));
    expect(agenda.serverFailed(0, 1, undefined)).toBe(100);
    expect(agenda.next(99)).toEqual({ at: 100 });
    expect(agenda.serverFailed(100, 1, undefined)).toBe(300);
    expect(agenda.serverFailed(300, 1, 5000)).toBe(5700);
  });

  it('does a snapshot after all before it and before all after it', () => {
    const [before, all, after] = [close(1, 'a'), snapshot(2), close(3, 'b')];
    const agenda = given(before, all, after);
    agenda.entryFailed(before, 0, 1, undefined);
    expect(agenda.next(0)).toEqual({ at: 100 });
    agenda.finished(before);
    expect(agenda.next(0)).toEqual({ entry: all });
    agenda.entryFailed(all, 0, 1, undefined);
    expect(agenda.next(0)).toEqual({ at: 100 });
    agenda.finished(all);
    expect(agenda.next(0)).toEqual({ entry: after });
  });
});
