import { describe, expect, it } from '@jest/globals';
import { RouteTable } from './route-table.js';

describe('the route table', () => {
  const table = new RouteTable();
  table.add({ method: 'GET', url: '/things', access: ['admin'] });
  table.add({ method: 'POST', url: '/things', access: ['admin'] });
  table.add({ method: 'DELETE', url: '/things/:id', access: ['admin'] });
  table.add({ method: 'GET', url: '/things/mine', access: ['admin'] });
  table.add({ method: 'GET', url: '/files/*', access: 'public' });
  table.add({ method: 'GET', url: '/a.b', access: undefined });

  it.each([
    ['/things', ['GET', 'POST']],
    ['/things/7', ['DELETE']],
    ['/things/7/8', []],
    ['/things/mine', ['GET']],
    ['/things/', []],
    ['/files/x/y', ['GET']],
    ['/a.b', ['GET']],
    ['/axb', []],
  ])('%s takes %j', (path, methods) => expect(table.methodsOf(path)).toEqual(methods));

  it('knows what nobody guards', () => expect(table.unguarded().map(({ url }) => url)).toEqual(['/a.b']));
});
