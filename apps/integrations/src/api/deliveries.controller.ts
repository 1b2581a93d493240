import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { parseInstant } from '#libs/core';
import { Allow, Caller, decodeCursor, pageOf, type Principal, problem } from '#libs/runtime';
import { Store } from '#libs/store';
import { type DeliveryFilter, reconcile, selectDeliveries, selectDelivery } from '../projections/deliveries/queries.js';
import { found } from '../refused.js';
import { DeliveriesQuery, ReconciliationQuery } from './deliveries.dto.js';
import { DeliveriesPage, DeliveryAnswer, ReconciliationAnswer } from './answers.dto.js';

/** Receipts: what became of each event for each integration. */
@ApiTags('deliveries')
@Controller('tocsin/v1/deliveries')
@Allow('admin', 'user', 'reader')
export class DeliveriesController {
  constructor(private readonly store: Store) {}

  /** The newest event first. */
  @Get()
  @ApiOperation({ summary: 'List deliveries, the newest event first' })
  @ApiOkResponse({ type: DeliveriesPage })
  async list(@Caller() { organizationId }: Principal, @Query() query: DeliveriesQuery) {
    const { integration, incident, state, cursor, limit } = query;
    const filter = { integration, incident, state, after: afterOf(cursor), limit: limit + 1 };
    const items = await selectDeliveries(this.store, organizationId, filter);
    const last = items[limit - 1];
    const more = items.length > limit && last;
    return pageOf(items.slice(0, limit), more ? [last.writtenAt, last.deliveryId] : null);
  }

  /** What should have been sent, counted from the log, against what was recorded. */
  @Get('reconciliation')
  @ApiOperation({ summary: 'What should have been sent against what was recorded' })
  @ApiOkResponse({ type: ReconciliationAnswer })
  reconciliation(@Caller() { organizationId }: Principal, @Query() { from, to }: ReconciliationQuery) {
    return reconcile(this.store, organizationId, instantOf('from', from), instantOf('to', to));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a delivery' })
  @ApiOkResponse({ type: DeliveryAnswer })
  async get(@Caller() { organizationId }: Principal, @Param('id') id: string) {
    return found(await selectDelivery(this.store, organizationId, id));
  }
}

function afterOf(cursor: string | undefined): DeliveryFilter['after'] {
  if (cursor === undefined) return undefined;
  const [writtenAt, deliveryId] = decodeCursor(cursor, 2);
  return { writtenAt: instantOf('cursor', String(writtenAt))!, deliveryId: String(deliveryId) };
}

/** @throws Problem 400 naming the field */
function instantOf(field: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const instant = parseInstant(text);
  if (instant !== undefined) return instant;
  throw problem(400, 'Invalid request', {
    fields: { [field]: 'expected a date-time such as 2026-11-20T09:38:13.321Z (RFC 3339)' },
  });
}
