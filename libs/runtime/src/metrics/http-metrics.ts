import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { DURATIONS, type Metrics, type Sample } from './metrics.js';

/** Counts of one route, kept in plain numbers: a labelled observation in the client library costs more than the route's hooks. */
class RouteCounts {
  readonly statuses = new Map<number, number>();
  readonly buckets = new Float64Array(DURATIONS.length + 1);
  sum = 0;

  add(status: number, seconds: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    let bucket = 0;
    while (bucket < DURATIONS.length && seconds > DURATIONS[bucket]!) bucket++;
    this.buckets[bucket]!++;
    this.sum += seconds;
  }
}

/** Measures every route of the server: requests by status, and how long they took. */
export function measureRoutes(instance: FastifyInstance, metrics: Metrics): void {
  const routes = new Map<string, RouteCounts>();
  const unknown = countsOf(routes, 'none');
  instance.addHook('onRoute', (route) => {
    const counts = countsOf(routes, route.url);
    const measure: Hook = (_request, reply, done) => {
      counts.add(reply.statusCode, reply.elapsedTime / 1000);
      done();
    };
    route.onResponse = [...hooksOf(route.onResponse), measure];
  });
  instance.addHook('onResponse', (request, reply, done) => {
    if (request.is404) unknown.add(reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
  publish(metrics, routes);
}

type Hook = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

function hooksOf(hooks: unknown): Hook[] {
  return hooks === undefined ? [] : ((Array.isArray(hooks) ? hooks : [hooks]) as Hook[]);
}

function countsOf(routes: Map<string, RouteCounts>, route: string): RouteCounts {
  const known = routes.get(route) ?? new RouteCounts();
  routes.set(route, known);
  return known;
}

function publish(metrics: Metrics, routes: ReadonlyMap<string, RouteCounts>): void {
  const ofEach = (samples: (route: string, counts: RouteCounts) => Sample[]) => () =>
    [...routes].flatMap(([route, counts]) => samples(route, counts));
  metrics.collected('counter', 'http_requests_total', 'Requests answered, by route and status.', ofEach(statuses));
  metrics.collected('histogram', DURATION, 'Seconds that requests took, by route.', ofEach(durations));
}

const DURATION = 'http_request_duration_seconds';

function statuses(route: string, counts: RouteCounts): Sample[] {
  return [...counts.statuses].map(([status, value]) => ({ labels: { route, status }, value }));
}

function durations(route: string, counts: RouteCounts): Sample[] {
  let total = 0;
  const samples = Array.from(counts.buckets, (count, index): Sample => {
    total += count;
    return { metricName: `${DURATION}_bucket`, labels: { route, le: DURATIONS[index] ?? '+Inf' }, value: total };
  });
  if (total === 0) return [];
  const sum = { metricName: `${DURATION}_sum`, labels: { route }, value: counts.sum };
  return [...samples, sum, { metricName: `${DURATION}_count`, labels: { route }, value: total }];
}
