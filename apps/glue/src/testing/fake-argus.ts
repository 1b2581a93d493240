import { type Incident, type NewEvent, type NewIncident } from '../wire.js';

/** What goes wrong with a request: no connection, an answer that is lost after the effect, or an answer of another kind. */
export type Fault =
  | 'no-connection'
  | 'lost-answer'
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown };

interface Kept {
  readonly incident: Incident;
  readonly events: { readonly type: string; readonly timestamp: string; readonly description: string }[];
}

const SOURCE = { pk: 1, name: 'test', type: { name: 'test' }, user: 2, base_url: '' };
const PAGE = 2;

/** As much of an Argus as a source system speaks to, in memory, behind a `fetch` of its own. */
export class FakeArgus {
  readonly kept: Kept[] = [];
  readonly requests: string[] = [];
  heartbeats = 0;
  /** Asked for each request before it has its effect. */
  fault: (request: string) => Fault | undefined = () => undefined;

  readonly fetch: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const request = `${init?.method ?? 'GET'} ${url.pathname}`;
    this.requests.push(request);
    const fault = this.fault(request);
    if (fault === 'no-connection') throw new TypeError('fetch failed');
    if (typeof fault === 'object') return answer(fault.status, fault.body ?? {}, fault.headers);
    const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined;
    const done = this.#answer(request, url.searchParams, body);
    if (fault === 'lost-answer') throw new TypeError('fetch failed');
    return Promise.resolve(done);
  };

  /** The incident with an id of the source. @throws Error when there is none, or more than one */
  one(id: string): Kept {
    const found = this.kept.filter(({ incident }) => incident.source_incident_id === id);
    if (found.length !== 1) throw new Error(`${found.length} incidents with the id ${id}`);
    return found[0]!;
  }

  #answer(request: string, query: URLSearchParams, body: unknown): Response {
    const [, pk, events] = /incidents\/(\d+)\/(events\/)?$/.exec(request) ?? [];
    if (pk !== undefined) return this.#answerOne(request, Number(pk), events !== undefined, body);
    switch (request) {
      case 'POST /api/v2/incidents/':
        return this.#create(body as NewIncident);
      case 'GET /api/v2/incidents/mine/':
        return this.#mine(query);
      case 'POST /api/v2/incidents/sources/heartbeat/':
        this.heartbeats++;
        return new Response(null, { status: 204 });
      default:
        return answer(404, { detail: 'Not found.' });
    }
  }

  #answerOne(request: string, pk: number, isEvents: boolean, body: unknown): Response {
    const at = this.kept.findIndex(({ incident }) => incident.pk === pk);
    const { incident, events } = this.kept[at]!;
    if (!isEvents) {
      this.kept[at] = { incident: { ...incident, ...(body as Partial<Incident>) }, events };
      return answer(200, this.kept[at].incident);
    }
    if (request.startsWith('GET')) return answer(200, [...events].reverse());
    const event = body as NewEvent;
    events.push(event);
    if (event.type !== 'OTH') {
      const end_time = event.type === 'END' ? event.timestamp : 'infinity';
      this.kept[at] = { incident: { ...incident, end_time, open: event.type === 'RES' }, events };
    }
    return answer(201, event);
  }

  #create(wanted: NewIncident): Response {
    const id = wanted.source_incident_id;
    if (this.kept.some(({ incident }) => incident.source_incident_id === id)) {
      return answer(400, [`Key (source_incident_id, source_id)=(${id}, 1) already exists.`]);
    }
    const { end_time = 'infinity' } = wanted;
    const open = end_time === 'infinity';
    const rest = {
      details_url: '',
      level: 5,
      ticket_url: '',
      source: SOURCE,
      stateful: end_time !== null,
      acked: false,
    };
    const incident: Incident = { ...rest, ...wanted, pk: this.kept.length + 1, end_time, open };
    this.kept.push({ incident, events: [{ type: 'STA', timestamp: wanted.start_time, description: '' }] });
    return answer(201, incident);
  }

  /** Pages of two, with a `next` that names another host, as behind a proxy. */
  #mine(query: URLSearchParams): Response {
    const id = query.get('source_incident_id');
    const found = this.kept
      .map(({ incident }) => incident)
      .filter(
        (incident) => (id === null || incident.source_incident_id === id) && (!query.has('open') || incident.open),
      );
    const from = Number(query.get('cursor') ?? 0);
    query.set('cursor', String(from + PAGE));
    const next = found.length > from + PAGE ? `http://inside/api/v2/incidents/mine/?${query.toString()}` : null;
    return answer(200, { next, previous: null, results: found.slice(from, from + PAGE) });
  }
}

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}
