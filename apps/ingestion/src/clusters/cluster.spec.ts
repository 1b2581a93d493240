import { describe, expect, it } from '@jest/globals';
import { registrationOf } from './cluster.js';

const nodes = [{ nodeId: 'n0', endpoint: 'n0.example:2113' }];

describe('a registration on the log', () => {
  it('may say no more than its nodes', () => {
    expect(registrationOf({ clusterId: 'c1', nodes })).toEqual({
      clusterId: 'c1',
      nodes,
      polling: { enabled: true, scrape: 'metrics', hostSamples: true },
    });
    expect(registrationOf({ clusterId: 'c1' })).toMatchObject({ nodes: [] });
  });

  it.each(['h:1/admin', 'h:1?x=', 'u@h:1', 'h', 'h:0', ':1', 'http://h:1', 'h:1#', 'h :1', '[::1', 'h\\x:1'])(
    'is passed over where a node is asked at %s',
    (endpoint) => expect(registrationOf({ clusterId: 'c1', nodes: [{ nodeId: 'n0', endpoint }] })).toBeUndefined(),
  );

  it.each(['10.0.0.7:2113', '[fd12::1]:2113', 'a-b.c_d.example:65535', 'localhost:2113'])('takes %s', (endpoint) => {
    expect(registrationOf({ clusterId: 'c1', nodes: [{ nodeId: 'n0', endpoint }] })).toBeDefined();
  });
});
