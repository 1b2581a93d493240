import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Clock } from '#libs/core';
import { Allow, Caller, pageOf, type Principal, problem, Stopping, Tenants } from '#libs/runtime';
import { type ReadModel } from '../projections/read-model.js';
import { type Generations } from '../rebuild/generation.js';
import { type Progress, progressOf, stateOf } from '../rebuild/progress.js';
import { ProjectionHost } from '../rebuild/projection-host.js';
import { ProjectionAnswer, ProjectionsPage } from './projections.dto.js';

const EVERY = 500;

/** The read models of the installation. */
@ApiTags('projections')
@Controller('tocsin/v1/projections')
export class ProjectionsController {
  constructor(
    private readonly projections: ProjectionHost,
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

  /** They are everybody's, so only whoever runs the installation may: an admin of the first organisation. */
  @Post(':name/rebuild')
  @HttpCode(202)
  @Allow('admin')
  @ApiOperation({ summary: 'Build a read model anew beside the live one, and switch to it' })
  @ApiAcceptedResponse({ type: ProjectionAnswer })
  async rebuild(@Caller() { organizationId }: Principal, @Param('name') name: string): Promise<ProjectionAnswer> {
    if (organizationId !== (await this.tenants.defaultTenant()).organizationId) throw notYours();
    const model = this.known(name);
    const { begun, generations } = await this.projections.rebuild(model);
    if (begun) return this.shown(model, generations);
    const detail = `generation ${generations.building} has been under way since ${generations.buildingSince}`;
    throw problem(409, 'A rebuild is under way', { detail: `${name}: ${detail}` });
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
    return progressOf(generations, await this.projections.position(model, generations), this.clock.now());
  }

  private async shown(model: ReadModel, generations: Generations): Promise<ProjectionAnswer> {
    const position = await this.projections.position(model, generations);
    const { name, version, active, building } = generations;
    const lag = position ? position.total - position.done : null;
    return {
      name,
      version,
      state: stateOf(generations),
      generation: active,
      building,
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

function notYours() {
  return problem(403, 'Forbidden', {
    detail: 'only an admin of the first organisation, which runs the installation, may do this',
  });
}
