import { describe, expect, it } from '@jest/globals';
import { descriptionOf, levelOf, tagsOf } from './alert-incident.js';

describe('the level of an alert', () => {
  it.each([
    ['critical', 1],
    ['Critical', 1],
    [' page ', 1],
    ['error', 2],
    ['warning', 3],
    ['low', 4],
    ['info', 5],
    ['sev-blue', 3],
    ['constructor', 3],
  ])('of severity %j is %d', (severity, level) => expect(levelOf({ severity })).toBe(level));

  it('is 5 without a severity', () => expect(levelOf({ alertname: 'Up' })).toBe(5));
  it('reads the label in any case', () => expect(levelOf({ Severity: 'critical' })).toBe(1));
});

describe('the tags of an alert', () => {
  it('are its labels in order of name', () =>
    expect(tagsOf({ job: 'etcd', alertname: 'ServiceDown' })).toEqual(['alertname=ServiceDown', 'job=etcd']));
  it('have keys of lower-case letters, digits and underscores', () =>
    expect(tagsOf({ 'Kube.Node-Name': 'n1', 'ä key': 'x' })).toEqual(['kube_node_name=n1', '__key=x']));
  it('keep values with = and inner white space, trimmed at their ends', () =>
    expect(tagsOf({ expr: ' a = b ', empty: '' })).toEqual(['empty=', 'expr=a = b']));
  it('keep several values of one key, and each text once', () =>
    expect(tagsOf({ Zone: 'a', zone: 'b', 'zon\u00e9': 'a', 'zon\u00e8': 'a' })).toEqual([
      'zone=a',
      'zone=b',
      'zon_=a',
    ]));
});

describe('the description of an alert', () => {
  const fingerprint = 'ef220bd98a7af23e';
  it('is what its author wrote, the description first', () => {
    const annotations = { summary: 'scrape failed', description: ' etcd is gone ' };
    expect(descriptionOf({ fingerprint, labels: { alertname: 'A' }, annotations })).toBe('etcd is gone');
  });
  it('is the summary where that is all', () =>
    expect(
      descriptionOf({ fingerprint, labels: { description: 'x' }, annotations: { summary: 'scrape failed' } }),
    ).toBe('scrape failed'));
  it('is the label where no annotation says anything', () =>
    expect(descriptionOf({ fingerprint, labels: { alertname: 'A', description: 'no answer' }, annotations: {} })).toBe(
      'no answer',
    ));
  it('is the name of the alert, or else its fingerprint', () => {
    expect(descriptionOf({ fingerprint, labels: { alertname: 'A' }, annotations: { summary: ' ' } })).toBe('A');
    expect(descriptionOf({ fingerprint, labels: { job: 'x' }, annotations: {} })).toBe('alert ef220bd98a7af23e');
  });
});
