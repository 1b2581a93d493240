import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBody, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock, isUuid } from '#libs/core';
import { Allow, BodyLimit, Caller, decodeCursor, PageQuery, pageOf, type Principal, problem } from '#libs/runtime';
import { Store } from '#libs/store';
import { reading } from '../api/reading.js';
import { LastSeen } from './last-seen.js';
import { type Identity, Registry } from './registry.js';
import { snapshotAnswer, snapshotOf } from './snapshot.answer.js';
import { readSnapshot } from './snapshot.body.js';
import { Snapshots } from './snapshots.js';
import { SnapshotAnswer, SnapshotBody, SourceAnswer, SourceChange, SourcesPage } from './sources.dto.js';
import { listSources, pkOfSource, setHeartbeat, type SourceDocument } from './sources.query.js';

const BODY_LIMIT = 16 * 1024 * 1024;
const PK = /^[1-9]\d{0,14}$/;

/**
 * The organisation's source systems; in a path the UUID, the pk, or `mine` for that of a source token. A source token
 * sees and speaks for its own source alone.
 */
@ApiTags('sources')
@Controller('tocsin/v1/sources')
@Allow('admin', 'user', 'reader', 'source')
export class SourcesController {
  constructor(
    private readonly store: Store,
    private readonly registry: Registry,
    private readonly lastSeen: LastSeen,
    private readonly snapshots: Snapshots,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Allow('admin', 'user', 'reader')
  @ApiOperation({ summary: 'List source systems by pk, with their signs of life' })
  @ApiOkResponse({ type: SourcesPage })
  async list(@Caller() { organizationId }: Principal, @Query() { cursor, limit }: PageQuery) {
    const [after] = cursor === undefined ? [0] : decodeCursor(cursor, 1);
    if (!Number.isInteger(after)) throw invalid('cursor', 'expected the cursor that a page of this list answered');
    await this.lastSeen.flush();
    const rows = await listSources(this.store, organizationId, Number(after), limit + 1);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return pageOf(rows.slice(0, limit).map(shown), last ? [last.pk] : null);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a source system' })
  @ApiOkResponse({ type: SourceAnswer })
  @ApiNotFoundResponse({ description: 'No such source.' })
  async get(@Caller() caller: Principal, @Param('id') id: string): Promise<SourceAnswer> {
    const pk = await this.pkOf(caller, id);
    await this.lastSeen.flush();
    return shown((await listSources(this.store, caller.organizationId, pk - 1, 1))[0]!);
  }

  @Patch(':id')
  @Allow('admin')
  @ApiOperation({ summary: 'Say how often a source sends heartbeats' })
  @ApiOkResponse({ type: SourceAnswer })
  @ApiNotFoundResponse({ description: 'No such source.' })
  async change(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body() { heartbeatSeconds }: SourceChange,
  ): Promise<SourceAnswer> {
    const pk = await this.pkOf(caller, id);
    await setHeartbeat(this.store, caller.organizationId, pk, heartbeatSeconds);
    return this.get(caller, id);
  }

  /** What is missing here is said in the name of the source, once. */
  @Post(':id/snapshot')
  @Allow('admin', 'source')
  @HttpCode(200)
  @BodyLimit(BODY_LIMIT)
  @ApiBody({ type: SnapshotBody })
  @ApiOperation({ summary: 'Compare what is open at the source, and derive the missing starts and ends' })
  @ApiOkResponse({ type: SnapshotAnswer })
  @ApiNotFoundResponse({ description: 'No such source.' })
  async snapshot(@Caller() caller: Principal, @Param('id') id: string, @Body() given: object): Promise<SnapshotAnswer> {
    const pk = await this.pkOf(caller, id);
    const body = readSnapshot(given);
    const snapshot = snapshotOf(body, this.clock.now());
    const speaker = await this.speaker(caller, pk);
    const dryRun = body.dryRun ?? false;
    const outcome = await reading(() => this.snapshots.take(speaker, snapshot, dryRun));
    return snapshotAnswer(speaker.source!, snapshot, dryRun, outcome);
  }

  private async speaker(caller: Principal, pk: number): Promise<Identity> {
    const speaker =
      caller.kind === 'source'
        ? await this.registry.identityOf(caller)
        : await this.registry.identityOfSource(caller.organizationId, pk);
    if (speaker) return speaker;
    throw problem(404, 'No such source');
  }

  /** @throws Problem 404, also for the source of another organisation, and for another than a source token's own */
  private async pkOf(caller: Principal, id: string): Promise<number> {
    const { organizationId, kind } = caller;
    const own = kind === 'source' ? (await this.registry.identityOf(caller)).source?.pk : undefined;
    const pk = id === 'mine' ? own : isUuid(id) ? await pkOfSource(this.store, organizationId, id) : pkIn(id);
    const may = pk !== undefined && (kind !== 'source' || pk === own);
    if (may && (await this.registry.source(organizationId, pk))) return pk;
    throw problem(404, 'No such source');
  }
}

function pkIn(text: string): number | undefined {
  return PK.test(text) ? Number(text) : undefined;
}

function shown({ userPk, username, ...source }: SourceDocument): SourceAnswer {
  return { ...source, user: { pk: userPk, username } };
}

function invalid(field: string, message: string): Error {
  return problem(400, 'Invalid request', { fields: { [field]: message } });
}
