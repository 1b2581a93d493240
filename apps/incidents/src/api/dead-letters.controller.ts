import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock, isUuid, parseInstant } from '#libs/core';
import {
  Allow,
  Caller,
  decodeCursor,
  OutboxRelay,
  PageQuery,
  pageOf,
  type Principal,
  problem,
  replayOf,
  Transactor,
} from '#libs/runtime';
import { insertOutbox, Store } from '#libs/store';
import { findDeadLetter, findDeadLetters, noteReplay } from '../projections/dead-letters/dead-letters.query.js';
import { DeadLettersPage, ReplayAnswer } from './dead-letters.dto.js';
import { reading } from './reading.js';

/** What could not be read or decided. What names no organisation is the first one's, which runs the installation. */
@ApiTags('dead letters')
@Controller('tocsin/v1/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly store: Store,
    private readonly transactor: Transactor,
    private readonly relay: OutboxRelay,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Allow('admin', 'user', 'reader')
  @ApiOperation({ summary: 'List dead letters, the newest first' })
  @ApiOkResponse({ type: DeadLettersPage })
  async list(@Caller() { organizationId }: Principal, @Query() { cursor, limit }: PageQuery) {
    const after = cursor === undefined ? undefined : afterOf(cursor);
    const found = await reading(() => findDeadLetters(this.store, organizationId, limit + 1, after));
    const last = found.length > limit ? found[limit - 1] : undefined;
    const items = found.slice(0, limit).map(({ letter }) => letter);
    return pageOf(items, last ? [last.at, last.id] : null);
  }

  /**
   * Puts the record on its topic again, bytes unchanged; for the one processor that could not take it, where that is
   * known. Once: asked again, it answers as before.
   */
  @Post(':id/replay')
  @HttpCode(202)
  @Allow('admin')
  @ApiOperation({ summary: 'Put the record on its topic again' })
  @ApiAcceptedResponse({ type: ReplayAnswer })
  async replay(@Caller() caller: Principal, @Param('id') id: string): Promise<ReplayAnswer> {
    const letter = await reading(() => findDeadLetter(this.store, caller.organizationId, id));
    if (!letter) throw problem(404, 'No such dead letter');
    const record = replayOf(letter);
    if (!record) throw problem(409, 'Cannot be replayed', { detail: 'the letter does not hold the whole record' });
    const { replayedAt } = await this.transactor.transact(async ({ tx }) => {
      const noted = await noteReplay(tx, caller, letter.id, this.clock.now());
      if (noted.first) await insertOutbox(tx, this.store.schema, [record]);
      return noted;
    });
    this.relay.wake();
    return { id: letter.id, topic: letter.topic, replayedAt };
  }
}

function afterOf(cursor: string): [string, string] {
  const [at, id] = decodeCursor(cursor, 2);
  if (typeof at === 'string' && parseInstant(at) && typeof id === 'string' && isUuid(id)) return [at, id];
  throw problem(400, 'Invalid request', {
    fields: { cursor: 'expected the cursor that a page of this list answered' },
  });
}
