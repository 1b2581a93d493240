import { describe, expect, it } from '@jest/globals';
import { membersOf, normalised } from './members.js';

const member = {
  instanceId: '5d1f6f0a-8f2c-4f0e-9a41-3f2f6f0b7c11',
  timeStamp: '2026-11-20T09:12:31.4471825Z',
  state: 'Leader',
  isAlive: true,
  internalTcpIp: 'n0.example',
  internalTcpPort: 0,
  internalSecureTcpPort: 1112,
  externalTcpIp: 'n0.example',
  externalTcpPort: 0,
  externalSecureTcpPort: 1113,
  httpEndPointIp: 'N0.example',
  httpEndPointPort: 2113,
  lastCommitPosition: 41_800_211,
  writerCheckpoint: 41_800_446,
  chaserCheckpoint: 41_800_446,
  epochPosition: 27_382_051,
  epochNumber: 10,
  epochId: 'b2a1c1de-64a5-4b3c-9d39-0e2a31f6a0d7',
  nodePriority: 0,
  isReadOnlyReplica: false,
};
const other = { ...member, instanceId: 'x', httpEndPointIp: 'n1.example', state: 'Follower' };
const view = (...members: object[]): string => normalised(membersOf({ members, serverIp: 'a', serverPort: 1 })!);

describe('the members of a gossip answer', () => {
  it('are read with what rules need', () => {
    expect(membersOf({ members: [member] })).toMatchObject([
      { endpoint: 'n0.example:2113', state: 'Leader', isAlive: true, writer: 41_800_446, epochNumber: 10 },
    ]);
  });

  it.each([undefined, null, 'x', [], {}, { members: {} }])('are none in %j', (body) => {
    expect(membersOf(body)).toBeUndefined();
  });

  it.each(['timeStamp', 'lastCommitPosition', 'writerCheckpoint', 'chaserCheckpoint', 'addedLater'])(
    'are the same whatever %s is, in any order',
    (field) => {
      expect(view(other, { ...member, [field]: 'x' })).toBe(view(member, other));
    },
  );

  it.each([
    'instanceId',
    'state',
    'isAlive',
    'internalTcpPort',
    'externalSecureTcpPort',
    'epochPosition',
    'epochNumber',
    'epochId',
    'nodePriority',
    'isReadOnlyReplica',
    'esVersion',
  ])('differ in %s', (field) => {
    expect(view({ ...member, [field]: 'x' }, other)).not.toBe(view(member, other));
  });

  it('take an absent field for null', () => {
    expect(view({ ...member, esVersion: null })).toBe(view(member));
  });
});
