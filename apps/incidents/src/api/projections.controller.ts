import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Clock, isUuid } from '#libs/core';
import {
  Allow,
  Caller,
  decodeCursor,
  PageQuery,
  pageOf,
  type Principal,
  problem,
  Stopping,
  Tenants,
} from '#libs/runtime';
import { Store } from '#libs/store';
import { type ReadModel } from '../projections/read-model.js';
import { type Comparison, comparisonOf, listDifferences } from '../rebuild/differences.js';
import { type Generations } from '../rebuild/generation.js';
import { type Progress, progressOf, stateOf } from '../rebuild/progress.js';
import { ProjectionHost, type RebuildAnswer } from '../rebuild/projection-host.js';
import { DifferencesPage, ProjectionAnswer, ProjectionsPage, RebuildQuery } from './projections.dto.js';
import { reading } from './reading.js';

const EVERY = 500;

/** The read models of the installation. */
@ApiTags('projections')
@Controller('tocsin/v1/projections')
export class ProjectionsController {
  constructor(
    private readonly projections: ProjectionHost,
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly stopping: Stopping,
    private readonly tenants: Tenants,
  ) {}

  @Get()
  @Allow('admin', 'user', 'reader')
  @ApiOperation({ summary: 'List read models, with version, state, checkpoint and lag' })
  @ApiOkResponse({ type: ProjectionsPage })
  async list() {
    const known = await this.projections.generations();
    const shown = this.projections.all().map((model) => this.shown(model, generationsOf(model, known)));
    return pageOf(await Promise.all(shown));
  }

  /**
   * They are everybody's, so only whoever runs the installation may: an admin of the first organisation. What was built
   * is compared with what is live before it takes over. Where it differs though its version is the same, it is held:
   * `force` lets it take over; without it, it is built once more.
   */
  @Post(':name/rebuild')
  @HttpCode(202)
  @Allow('admin')
  @ApiOperation({ summary: 'Build a read model anew beside the live one, compare the two, and switch to it' })
  @ApiAcceptedResponse({ type: ProjectionAnswer })
  @ApiNotFoundResponse({ description: 'No such projection.' })
  @ApiConflictResponse({ description: 'A rebuild is under way.' })
  async rebuild(@Caller() caller: Principal, @Param('name') name: string, @Query() { force }: RebuildQuery) {
    await this.admit(caller);
    const model = this.known(name);
    return this.begun(model, await this.projections.rebuild(model, { forced: force ?? false }));
  }

  @Post(':name/switch-back')
  @HttpCode(202)
  @Allow('admin')
  @ApiOperation({ summary: 'Have the generation before the last switch catch up and be the live one again' })
  @ApiAcceptedResponse({ type: ProjectionAnswer })
  @ApiNotFoundResponse({ description: 'No such projection.' })
  @ApiConflictResponse({ description: 'There is none to switch back to, or a rebuild is under way.' })
  async switchBack(@Caller() caller: Principal, @Param('name') name: string) {
    await this.admit(caller);
    const model = this.known(name);
    return this.begun(model, await this.projections.switchBack(model));
  }

  /** Of other organisations only the number is told. */
  @Get(':name/differences')
  @Allow('admin', 'user', 'reader')
  @ApiOperation({ summary: 'What the last rebuild found to differ from what was live, with the hashes of both' })
  @ApiOkResponse({ type: DifferencesPage })
  @ApiNotFoundResponse({ description: 'No such projection.' })
  async differences(
    @Caller() { organizationId }: Principal,
    @Param('name') name: string,
    @Query() { cursor, limit }: PageQuery,
  ) {
    const model = this.known(name);
    const after = cursor === undefined ? undefined : idAfter(cursor);
    const comparison = await comparisonOf(this.store, model.name);
    const found = await reading(() => listDifferences(this.store, model.name, organizationId, after, limit + 1));
    const items = found.slice(0, limit).map(({ organizationId: _organizationId, ...difference }) => difference);
    const page = pageOf(items, found.length > limit ? [items.at(-1)!.id] : null);
    return { ...page, comparison: comparison ? comparisonAnswer(comparison) : null };
  }

  /** Ends with the state `live`. */
  @Get(':name/progress')
  @Allow('admin', 'user', 'reader')
  @ApiOperation({ summary: 'Rate, done, total and time left as server-sent events' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ schema: { type: 'string' } })
  progress(@Param('name') name: string, @Res() reply: FastifyReply): void {
    const events = Readable.from(this.events(this.known(name)));
    void reply.header('content-type', 'text/event-stream').header('x-accel-buffering', 'no').send(events);
  }

  private async *events(model: ReadModel): AsyncGenerator<string> {
    for (let id = 1; !this.stopping.signal.aborted; id++) {
      const progress = await this.told(model);
      yield `id: ${id}\nevent: progress\ndata: ${JSON.stringify(progress)}\n\n`;
      if (progress.state === 'live') return;
      await pause(EVERY, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async told(model: ReadModel): Promise<Progress> {
    const generations = generationsOf(model, await this.projections.generations());
    const comparison = await comparisonOf(this.store, model.name);
    return progressOf(generations, await this.projections.position(model, generations), comparison, this.clock.now());
  }

  /** @throws Problem 403 */
  private async admit({ organizationId }: Principal): Promise<void> {
    if (organizationId !== (await this.tenants.defaultTenant()).organizationId) throw notYours();
  }

  /** @throws Problem 409 */
  private begun(model: ReadModel, answer: RebuildAnswer): Promise<ProjectionAnswer> {
    const { generations } = answer;
    if (answer.begun) return this.shown(model, generations);
    const { building, buildingSince, held } = generations;
    if (building === null || held) throw problem(409, 'Not possible', { detail: `${model.name}: ${answer.refusal}` });
    const detail = `${model.name}: generation ${building} has been under way since ${buildingSince}`;
    throw problem(409, 'A rebuild is under way', { detail });
  }

  private async shown(model: ReadModel, generations: Generations): Promise<ProjectionAnswer> {
    const position = await this.projections.position(model, generations);
    const { name, version, active, building, previous, held } = generations;
    const lag = position ? position.total - position.done : null;
    return {
      name,
      version,
      state: stateOf(generations),
      generation: active,
      building,
      previous,
      held,
      checkpoint: position?.checkpoint ?? null,
      lag,
    };
  }

  private known(name: string): ReadModel {
    const model = this.projections.all().find((each) => each.name === name);
    if (model) return model;
    const names = this.projections.all().map((each) => each.name);
    throw problem(404, 'No such projection', { detail: `there is ${names.join(', ')}` });
  }
}

/** @throws Error: the host makes each at the start */
function generationsOf(model: ReadModel, known: ReadonlyMap<string, Generations>): Generations {
  const generations = known.get(model.name);
  if (generations) return generations;
  throw new Error(`read model ${model.name} has no generation yet`);
}

function comparisonAnswer({ live, liveVersion, built, builtVersion, ...rest }: Comparison) {
  return { generation: live, version: liveVersion, built, builtVersion, ...rest };
}

/** @throws Problem 400 */
function idAfter(cursor: string): string {
  const [id] = decodeCursor(cursor, 1);
  if (typeof id === 'string' && isUuid(id)) return id;
  throw problem(400, 'Invalid request', {
    fields: { cursor: 'expected the cursor that a page of this list answered' },
  });
}

function notYours() {
  return problem(403, 'Forbidden', {
    detail: 'only an admin of the first organisation, which runs the installation, may do this',
  });
}
