import { describe, expect, it } from '@jest/globals';
import { minute as at } from '../../testing/alerts.js';
import { type IncidentDocument } from './incidents.document.js';
import { groupOf, groupsOf, tagsOfGroup } from './incidents.groups.js';

function incident(id: string, start: number, end: number | null, own: object = {}): IncidentDocument {
  const tags = ['cluster=c1', 'node=n1', 'detector=d'].map((tag) => ({ tag, addedBy: null, addedTime: at(0) }));
  const times = { startTime: at(start), endTime: end === null ? 'infinity' : at(end), open: end === null };
  return { incidentId: id, origin: 'issue', level: 2, tags, ...times, ...own } as unknown as IncidentDocument;
}
const tagged = (...tags: string[]) => ({ tags: tags.map((tag) => ({ tag, addedBy: null, addedTime: at(0) })) });

describe('the group of an incident', () => {
  it.each([
    ['an issue of a node', {}, 'c1/n1'],
    ['an issue of a cluster', tagged('cluster=c1', 'subject=c1'), null],
    ['an alert', { origin: 'alert' }, null],
    ['names with anything in them', tagged('node=a/b:1=2', 'cluster=ü'), '%C3%BC/a%2Fb%3A1%3D2'],
  ])('%s', (_what, own, group) => expect(groupOf(incident('a', 1, null, own))).toBe(group));

  it('leads back to the tags', () => {
    expect(tagsOfGroup('%C3%BC/a%2Fb%3A1%3D2')).toEqual(['cluster=ü', 'node=a/b:1=2']);
  });
  it.each(['', 'a', 'a/', '/b', 'a/b/c', '%/b'])('is not %j', (text) => expect(tagsOfGroup(text)).toBeUndefined());
});

describe('a dead node', () => {
  it('is one group of all its issues, with the worst level', () => {
    const all = [incident('c', 12, null, { level: 3 }), incident('b', 11, 13), incident('a', 10, 11, { level: 1 })];
    expect(groupsOf(all)).toEqual([
      { group: 'c1/n1', incidentIds: ['a', 'b', 'c'], open: 1, level: 1, startTime: at(10) },
    ]);
  });

  it('that died before is another', () => {
    const all = [incident('late', 34, null), incident('b', 10, 20), incident('a', 10, 23)];
    expect(groupsOf(all).map(({ incidentIds }) => incidentIds)).toEqual([['b', 'a'], ['late']]);
    expect(groupsOf([incident('late', 33, null), incident('a', 10, 23)])).toHaveLength(1);
  });

  it('has nothing to do with another node, or with alerts', () => {
    const other = incident('b', 10, null, tagged('cluster=c1', 'node=n2'));
    const alert = incident('x', 10, null, { origin: 'alert' });
    expect(groupsOf([incident('a', 10, null), other, alert]).map(({ group }) => group)).toEqual(['c1/n1', 'c1/n2']);
  });
});
