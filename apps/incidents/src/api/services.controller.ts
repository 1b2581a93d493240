import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Clock, compareInstants, isUuid, parseInstant } from '#libs/core';
import { Allow, Caller, decodeCursor, type Page, pageOf, type Principal, problem } from '#libs/runtime';
import { Store } from '#libs/store';
import { isHealthy } from '../alerts/consequences.js';
import { IncidentsConfig } from '../config.js';
import { type Moment } from '../history/moment.js';
import { currentStatus, isKnownBy, statusChanges, statusHistory } from '../projections/services/services.query.js';
import { downtimesOf } from '../service-status/downtime.js';
import { CONTENT_TYPES, formatOf } from './formats.js';
import { momentOf } from './moment.js';
import { reading } from './reading.js';
import {
  CurrentQuery,
  CurrentStatusPage,
  DowntimePage,
  DowntimeQuery,
  HistoryQuery,
  StatusHistoryPage,
} from './services.dto.js';
import { csv, html, type Table, tableOf } from './table.render.js';

const NAMES = ['platform', 'service', 'facet', 'location'] as const;
const SERVICE = ['platform', 'service', 'facet'] as const;
/** Changes that one downtime report looks at; beyond it the window has to be narrowed. */
const MOST_CHANGES = 200_000;

/** Service status: now, then, its audit trail and downtime. */
@ApiTags('services')
@ApiProduces('application/json', 'text/csv', 'text/html')
@Controller('tocsin/v1/services')
@Allow('admin', 'user', 'reader', 'source')
export class ServicesController {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly config: IncidentsConfig,
  ) {}

  @Get(':partition')
  @ApiOperation({ summary: 'The status of each service of a partition, now or as of a time' })
  @ApiOkResponse({ type: CurrentStatusPage })
  async current(
    @Caller() { organizationId }: Principal,
    @Param('partition') partition: string,
    @Query() { cursor, limit, platform, service, facet, location, asOf, known }: CurrentQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const moment = await this.moment(organizationId, named(partition), { asOf, known });
    const filter = {
      platform,
      service,
      facet,
      location,
      moment,
      limit: limit + 1,
      after: cursor && serviceAfter(cursor),
    };
    const found = await reading(() => currentStatus(this.store, organizationId, named(partition), filter));
    const items = found.slice(0, limit).map(({ id: _id, ...row }) => row);
    const page = pageOf(items, found.length > limit ? [found[limit - 1]!.id] : null);
    const columns = [...NAMES, 'status', 'time', 'transition', 'description', 'observedAt'] as const;
    return answered(page, [tableOf('status', columns, items)], `Status of ${partition}`, request, reply);
  }

  /**
   * Where `known` is left out, a time before anything was recorded of the partition is a time in its history: nothing was
   * known then.
   */
  private async moment(
    organizationId: string,
    partition: string,
    asked: { asOf: string | undefined; known: string | undefined },
  ): Promise<Moment | undefined> {
    const moment = momentOf(asked);
    if (!moment || asked.known !== undefined) return moment;
    const isKnown = await reading(() => isKnownBy(this.store, organizationId, partition, moment.asOf));
    return isKnown ? moment : { ...moment, known: 'now' };
  }

  @Get(':partition/history')
  @ApiOperation({ summary: 'Every observation of the services of a partition, oldest first' })
  @ApiOkResponse({ type: StatusHistoryPage })
  async history(
    @Caller() { organizationId }: Principal,
    @Param('partition') partition: string,
    @Query() { cursor, limit, platform, service, facet, location, ...query }: HistoryQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const filter = { platform, service, facet, location };
    const wanted = { ...query, limit: limit + 1, after: cursor === undefined ? undefined : rowAfter(cursor) };
    const found = await reading(() => statusHistory(this.store, organizationId, named(partition), filter, wanted));
    const last = found.length > limit ? found[limit - 1] : undefined;
    const items = found.slice(0, limit).map(({ arrival: _arrival, id: _id, ...row }) => row);
    const page = pageOf(items, last ? [last.time, last.arrival, last.id] : null);
    const columns = [
      ...NAMES,
      'status',
      'time',
      'transition',
      'description',
      'late',
      'fingerprint',
      'eventId',
    ] as const;
    return answered(page, [tableOf('history', columns, items)], `History of ${partition}`, request, reply);
  }

  @Get(':partition/downtime')
  @ApiOperation({ summary: 'Times with fewer members up than the threshold, open ones included' })
  @ApiOkResponse({ type: DowntimePage })
  async downtime(
    @Caller() { organizationId }: Principal,
    @Param('partition') partition: string,
    @Query() { cursor, limit, threshold, from, to, ...filter }: DowntimeQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const window = { from, to: earlierOf(to, this.clock.now()) };
    const changes = await reading(() =>
      statusChanges(this.store, organizationId, named(partition), filter, { ...window, limit: MOST_CHANGES + 1 }),
    );
    if (changes.length > MOST_CHANGES) throw tooMuch();
    const isUp = (status: string): boolean => isHealthy(status, this.config.statusAfterResolve);
    const { items, summary } = downtimesOf(changes, { ...window, threshold, isUp });
    const start = cursor === undefined ? 0 : indexAfter(cursor);
    const shown = items.slice(start, start + limit);
    const page = { ...pageOf(shown, items.length > start + limit ? [start + limit] : null), summary };
    const tables = [
      tableOf('downtime', [...SERVICE, 'from', 'to', 'open', 'seconds', 'fewestUp'] as const, shown),
      tableOf(
        'availability',
        [...SERVICE, 'observedSeconds', 'downSeconds', 'downtimes', 'availability'] as const,
        summary,
      ),
    ];
    return answered(page, tables, `Downtime of ${partition}`, request, reply);
  }
}

/** The page in the format that the client asked for; of several tables CSV holds the first. */
function answered<Item>(
  page: Page<Item>,
  tables: readonly Table[],
  title: string,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const format = formatOf(request.headers.accept);
  const next = page.cursor === null ? null : nextUrl(request.url, page.cursor);
  void reply.header('content-type', CONTENT_TYPES[format]).header('vary', 'accept');
  if (next !== null) void reply.header('link', `<${next}>; rel="next"`);
  if (format === 'json') return page;
  return format === 'csv' ? csv(tables[0]!) : html(title, tables, next);
}

/** Of what is yet to come nothing is known. */
function earlierOf(wanted: string | undefined, now: string): string {
  return wanted !== undefined && compareInstants(wanted, now) < 0 ? wanted : now;
}

/** Relative, so that it holds behind the origin too. */
function nextUrl(url: string, cursor: string): string {
  const [path = '', query] = url.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `${path}?${parameters.toString()}`;
}

/** @throws Problem 404: no partition has such a name */
function named(partition: string): string {
  if (partition.length <= 200 && !partition.includes('\0')) return partition;
  throw problem(404, 'No such partition');
}

function serviceAfter(cursor: string): string {
  const [id] = decodeCursor(cursor, 1);
  if (typeof id === 'string' && isUuid(id)) return id;
  throw wrong('cursor', 'expected the cursor that a page of this list answered');
}

function rowAfter(cursor: string): [string, number, string] {
  const [time, arrival, id] = decodeCursor(cursor, 3);
  const fits = typeof time === 'string' && parseInstant(time) && Number.isSafeInteger(arrival);
  if (fits && typeof id === 'string' && isUuid(id)) return [time, Number(arrival), id];
  throw wrong('cursor', 'expected the cursor that a page of this list answered');
}

function indexAfter(cursor: string): number {
  const [index] = decodeCursor(cursor, 1);
  if (Number.isSafeInteger(index) && Number(index) >= 0) return Number(index);
  throw wrong('cursor', 'expected the cursor that a page of this list answered');
}

function tooMuch() {
  return wrong('from', `more than ${MOST_CHANGES} changes lie in this window; narrow it, or name a service`);
}

function wrong(field: string, complaint: string) {
  return problem(400, 'Invalid request', { fields: { [field]: complaint } });
}
