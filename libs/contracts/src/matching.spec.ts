import { describe, expect, it } from '@jest/globals';
import { clusterOf, deliveryIdOf, matchesFilters, saidOf, widened } from './matching.js';

const incident = { origin: 'alert', level: 3, tags: ['severity=major', 'cluster_id=c1', 'job=db'] };

describe('matchesFilters', () => {
  it.each([
    [{}, true],
    [{ origins: [], clusterIds: [], labels: [] }, true],
    [{ origins: ['issue', 'alert'] }, true],
    [{ origins: ['issue'] }, false],
    [{ minLevel: 3 }, true],
    [{ minLevel: 2 }, false],
    [{ labels: ['job=db', 'severity=major'] }, true],
    [{ labels: ['job=db', 'severity=minor'] }, false],
    [{ labels: ['job=d'] }, false],
    [{ clusterIds: ['c0', 'c1'] }, true],
    [{ clusterIds: ['c0'] }, false],
    [{ origins: ['alert'], minLevel: 5, labels: ['job=db'], clusterIds: ['c1'] }, true],
  ])('%j: %s', (filters, expected) => {
    expect(matchesFilters(filters, incident)).toBe(expected);
  });

  it('wants no incident without a cluster where clusters are asked for', () => {
    expect(matchesFilters({ clusterIds: ['c1'] }, { ...incident, tags: ['job=db'] })).toBe(false);
  });
});

describe('clusterOf', () => {
  it('prefers the id to the name', () => {
    expect(clusterOf(['cluster=prod', 'cluster_id=c1'])).toBe('c1');
    expect(clusterOf(['cluster=a=b'])).toBe('a=b');
    expect(clusterOf([])).toBeUndefined();
  });
});

describe('deliveryIdOf', () => {
  it('is one id for one pair', () => {
    expect(deliveryIdOf('i1', 'e1')).toBe(deliveryIdOf('i1', 'e1'));
    expect(deliveryIdOf('i1', 'e1')).not.toBe(deliveryIdOf('i1', 'e2'));
    expect(deliveryIdOf('i1', 'e1')).not.toBe(deliveryIdOf('i1e', '1'));
  });
});

describe('what filters look at while an incident changes', () => {
  const said = (attribute: string, value: unknown) =>
    saidOf({ name: 'IncidentChanged', payload: { attribute, new: value } });
  it('is the worst level and every tag, from its opening on', () => {
    const opening = widened(undefined, saidOf({ name: 'IncidentOpened', payload: { ...incident, pk: 7 } }));
    expect(opening).toEqual(incident);
    const after = [
      said('level', 1),
      said('level', 4),
      said('tags', ['job=db', 'a=b']),
      said('description', 'x'),
    ].reduce(widened, opening);
    expect(after).toEqual({ origin: 'alert', level: 1, tags: [...incident.tags, 'a=b'] });
  });
  it('is nothing new of other events', () =>
    expect(saidOf({ name: 'IncidentClosed', payload: { level: 1 } })).toEqual({}));
});
