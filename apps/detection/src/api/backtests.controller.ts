import { Readable } from 'node:stream';
import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { compareInstants, parseInstant } from '#libs/core';
import { EventLog } from '#libs/event-stream';
import {
  Allow,
  Caller,
  type Principal,
  problem,
  RuntimeConfig,
  ServiceUnavailable,
  Stopping,
  Tenants,
} from '#libs/runtime';
import { Store } from '#libs/store';
import { type Asked, backtest, type Progress } from '../backtest/backtest.js';
import { type Comparison } from '../backtest/compare.js';
import { ControlReader } from '../control/control.js';
import { detectors } from '../detectors/index.js';
import { complaintsOf } from '../settings/bounds.js';
import { BacktestAnswer, BacktestBody } from './backtests.dto.js';

type Run = AsyncGenerator<Progress, Comparison | undefined>;

/** Least milliseconds between two events of progress. */
const EVERY = 500;

/** Rules tried on the past: what other settings of a detector would have said. Nothing is written, nothing is sent. */
@ApiTags('backtests')
@Controller('tocsin/v1/backtests')
@Allow('admin', 'user')
export class BacktestsController {
  private readonly control = new ControlReader();
  private isBusy = false;

  constructor(
    private readonly log: EventLog,
    private readonly store: Store,
    private readonly config: RuntimeConfig,
    private readonly tenants: Tenants,
    private readonly stopping: Stopping,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'What a detector would have said with other settings. One at a time; closing the connection cancels it',
    description: 'Accept `text/event-stream`: events `progress` {done, total}, then `result` or `failed`.',
  })
  @ApiProduces('application/json', 'text/event-stream')
  @ApiOkResponse({ type: BacktestAnswer })
  async run(
    @Caller() { organizationId }: Principal,
    @Body() body: BacktestBody,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asked = { organizationId, ...askedOf(body) };
    if (this.isBusy) throw problem(429, 'Another backtest is running', { detail: 'try again when it is done' });
    this.isBusy = true;
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    try {
      const run = await this.begin(asked, AbortSignal.any([gone.signal, this.stopping.signal]));
      if (!request.headers.accept?.includes('text/event-stream')) return void (await reply.send(await resultOf(run)));
      const events = Readable.from(told(run));
      const ended = new Promise((resolve) => events.once('close', resolve));
      void reply.header('content-type', 'text/event-stream').header('x-accel-buffering', 'no').send(events);
      await ended;
    } finally {
      this.isBusy = false;
    }
  }

  private async begin(asked: Asked, signal: AbortSignal): Promise<Run> {
    const control = await this.store.transaction((tx) => this.control.read(tx));
    const tenant = await this.tenants.defaultTenant();
    return backtest(asked, { log: this.log, topics: this.config.topics, tenant, control, signal });
  }
}

/** @throws Problem 400 */
function askedOf({ detector: name, settings = {}, from, to, clusters }: BacktestBody): Omit<Asked, 'organizationId'> {
  const detector = detectors.find((one) => one.name === name);
  const [begin, end] = [parseInstant(from), parseInstant(to)];
  const fields: Record<string, string> = detector ? complaintsOf(settings, detector.settings) : {};
  if (!detector) fields['detector'] = `expected one of ${detectors.map((one) => one.name).join(', ')}`;
  if (begin === undefined) fields['from'] = 'expected a date-time with an offset (RFC 3339)';
  if (end === undefined) fields['to'] = 'expected a date-time with an offset (RFC 3339)';
  if (begin !== undefined && end !== undefined && compareInstants(begin, end) > 0) fields['to'] = 'expected after from';
  if (Object.keys(fields).length > 0) throw problem(400, 'Invalid request', { fields });
  const named = clusters === undefined ? undefined : new Set(clusters);
  return { detector: detector!, settings: settings as Record<string, number>, from: begin!, to: end!, clusters: named };
}

/** @throws ServiceUnavailable when the log cannot be read */
async function resultOf(run: Run): Promise<Comparison | object> {
  try {
    for (;;) {
      const next = await run.next();
      if (next.done) return next.value ?? {};
    }
  } catch {
    throw new ServiceUnavailable('the log does not answer', 2);
  }
}

/** Server-sent events of a run. A failure is told in it: the status is out already. */
async function* told(run: Run): AsyncGenerator<string> {
  let last = 0;
  const event = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
  try {
    for (;;) {
      const next = await run.next();
      if (next.done) return void (yield event(next.value ? 'result' : 'failed', next.value ?? { reason: 'cancelled' }));
      if (performance.now() - last < EVERY) continue;
      last = performance.now();
      yield event('progress', next.value);
    }
  } catch {
    yield event('failed', { reason: 'the log cannot be read at present' });
  } finally {
    await run.return(undefined);
  }
}
