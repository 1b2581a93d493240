import { describe, expect, it } from '@jest/globals';
import { millisOf } from '#libs/core';
import { minute as at } from '../testing/alerts.js';
import { issueWorld } from '../testing/issues.js';
import { faultOf, incidentIdOf, issueOf, senderOf } from './issue.js';
import { levelOf, tagsOf } from './issue-incident.js';

const from = { id: 's1', pk: 2, name: 'detection', type: 'tocsin', baseUrl: '', userPk: 4, username: 'detection' };
const read = (payload: object) => issueOf(issueWorld().opened({ payload }).event, from);

describe('the node of an issue', () => {
  it.each([
    ['named', { nodeId: 'n7' }, 'n7'],
    ['the subject of a node’s detector', { nodeId: undefined, detector: 'core-load', subject: 'n2' }, 'n2'],
    ['an unreachable one', { nodeId: undefined, detector: 'unreachable-node', subject: 'n3' }, 'n3'],
    ['before the mount', { nodeId: undefined, detector: 'disk-usage', subject: 'host:2113:/data' }, 'host:2113'],
    ['before the drive', { nodeId: undefined, detector: 'disk-usage', subject: 'n1:C:\\data' }, 'n1'],
    [
      'the only one that failed',
      { nodeId: undefined, detector: 'cluster-consensus', observed: { failed: ['n2'] } },
      'n2',
    ],
    [
      'the only follower behind',
      { nodeId: undefined, detector: 'node-out-of-sync', observed: { followers: ['n2'] } },
      'n2',
    ],
    [
      'none of several',
      { nodeId: undefined, detector: 'cluster-consensus', observed: { failed: ['a', 'b'] } },
      undefined,
    ],
    ['none', { nodeId: undefined, detector: 'leader-mismatch', subject: 'c1' }, undefined],
    [
      'none of a silent cluster',
      { nodeId: undefined, detector: 'health-reporting', subject: 'c1:GossipRound' },
      undefined,
    ],
  ])('is %s', (_what, payload, node) => expect(read(payload).nodeId).toBe(node));

  it('is a tag, beside the cluster, the detector and the subject', () => {
    expect(tagsOf(read({}))).toEqual(['cluster=c1', 'node=n1', 'detector=disk-usage', 'subject=n1:/data']);
    expect(tagsOf(read({ nodeId: undefined, detector: 'leader-mismatch', subject: 'c1' }))).toEqual([
      'cluster=c1',
      'detector=leader-mismatch',
      'subject=c1',
    ]);
  });
});

it.each([
  ['critical', 1],
  ['error', 2],
  ['warning', 3],
  ['info', 5],
  ['Critical', 1],
  ['spicy', 3],
])('severity %s is level %i', (severity, level) => expect(levelOf({ severity })).toBe(level));

describe('an issue event', () => {
  it.each(['openedAt', 'occurredAt'])('with %s more than an hour ahead cannot be decided', (field) => {
    const issue = read({ [field]: at(122) });
    expect(faultOf(issue, millisOf(at(60)))).toMatch(new RegExp(`^${field}: .*more than an hour ahead`));
    expect(faultOf(issue, millisOf(at(62)))).toBeUndefined();
  });

  it('with values that no event has room for cannot be decided', () => {
    expect(faultOf(read({ observed: { text: 'x'.repeat(140_000) } }), millisOf(at(1)))).toMatch(/at most 131072 bytes/);
  });

  it('may hold any text', () => {
    expect(read({ title: 'a\u0000b\ud800', observed: { 'k\u0000': ['\ud800'] } })).toMatchObject({
      title: 'a\ufffdb\ufffd',
      observed: { 'k\ufffd': ['\ufffd'] },
    });
  });

  it('of a producer that names nobody is detection’s', () => {
    const { event } = issueWorld().opened();
    expect(senderOf({ ...event, metadata: { ...event.metadata, source: 'unknown' } })).toMatchObject({
      name: 'detection',
      type: 'tocsin',
    });
    const named = { ...event, metadata: { ...event.metadata, source: 'mine', sourceType: 'rules' } };
    expect(senderOf(named)).toMatchObject({ name: 'mine', type: 'rules' });
  });
});

it('the same id in two organisations is two issues', () => {
  const ids = ['a', 'b'].map((organizationId) => incidentIdOf({ organizationId, issueId: '1' }));
  expect(new Set(ids).size).toBe(2);
});
