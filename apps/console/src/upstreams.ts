/** A service behind the origin: its name, its place after `PORT`, and the paths it answers. */
export interface Upstream {
  readonly service: string;
  readonly portOffset: number;
  readonly says: string;
  readonly paths: readonly string[];
}

/** Which service answers which path: THE list. The longest matching path wins. */
export const upstreams: readonly Upstream[] = [
  {
    service: 'ingestion',
    portOffset: 1,
    says: 'every way in',
    paths: ['/alerts', '/tocsin/v1/events', '/tocsin/v1/samples', '/tocsin/v1/clusters', '/otlp', '/api/v1/write'],
  },
  {
    service: 'incidents',
    portOffset: 2,
    says: 'incidents, service status, read models',
    paths: [
      '/api',
      '/.still-alive',
      '/tocsin/v1/incidents',
      '/tocsin/v1/services',
      '/tocsin/v1/projections',
      '/tocsin/v1/dead-letters',
      '/tocsin/v1/sources',
    ],
  },
  {
    service: 'integrations',
    portOffset: 3,
    says: 'integrations, tokens, delivery receipts',
    paths: [
      '/integrate/v1',
      '/oauth/token',
      '/audit/v1',
      '/tocsin/v1/integrations',
      '/tocsin/v1/deliveries',
      '/tocsin/v1/explain',
      '/tocsin/v1/replays',
      '/tocsin/v1/tokens',
      '/tocsin/v1/me',
      '/tocsin/v1/organizations',
    ],
  },
  {
    service: 'detection',
    portOffset: 4,
    says: 'samples to issues, rules and their settings',
    paths: ['/tocsin/v1/detectors', '/tocsin/v1/notification-rules', '/tocsin/v1/backtests'],
  },
  { service: 'delivery-slack', portOffset: 5, says: 'incidents to Slack', paths: [] },
];

/**
 * The service that answers `url` (path and query as sent), or undefined. A path matches whole segments only; encoded
 * letters are read as what they stand for, so that a spelling cannot choose another service.
 */
export function upstreamOf(url: string): Upstream | undefined {
  const path = decodedPath(url.split('?', 1)[0] ?? '');
  let best: { upstream: Upstream; length: number } | undefined;
  for (const upstream of upstreams) {
    for (const prefix of upstream.paths) {
      const matches = path === prefix || path.startsWith(`${prefix}/`);
      if (matches && prefix.length > (best?.length ?? 0)) best = { upstream, length: prefix.length };
    }
  }
  return best?.upstream;
}

/** A path with its encoded letters undone; as it is where that is impossible. */
export function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
