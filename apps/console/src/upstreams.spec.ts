import { describe, expect, it } from '@jest/globals';
import { upstreamOf, upstreams } from './upstreams.js';

describe('the origin', () => {
  it.each([
    ['/alerts/INS', 'ingestion'],
    ['/alerts/INS/api/v2/alerts', 'ingestion'],
    ['/tocsin/v1/events', 'ingestion'],
    ['/api/v1/write', 'ingestion'],
    ['/api/v1/incidents/', 'incidents'],
    ['/api/', 'incidents'],
    ['/.still-alive/', 'incidents'],
    ['/tocsin/v1/services/INS?asOf=2026-11-20T09:38:13Z', 'incidents'],
    ['/tocsin/v1/integrations/x/pause', 'integrations'],
    ['/integrate/v1/organizations/o/projects/p/integrations', 'integrations'],
    ['/%61lerts/INS', 'ingestion'],
  ])('sends %s to %s', (url, service) => {
    expect(upstreamOf(url)?.service).toBe(service);
  });

  it.each(['/', '/alertsx', '/tocsin/v1/eventsource', '/tocsin', '/%', '/unknown'])('sends %s to nobody', (url) => {
    expect(upstreamOf(url)).toBeUndefined();
  });

  it('gives every path to one service only', () => {
    const paths = upstreams.flatMap((upstream) => upstream.paths);
    expect(new Set(paths).size).toBe(paths.length);
  });
});
