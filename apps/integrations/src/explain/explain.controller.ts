import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, Caller, type Principal } from '#libs/runtime';
import { Store } from '#libs/store';
import { selectCauses } from '../projections/causes/causes.processor.js';
import { selectChanges, selectHistory, selectIncidentEvents } from '../projections/deliveries/stored-events.js';
import { selectDeliveries } from '../projections/deliveries/queries.js';
import { found } from '../refused.js';
import { ExplainAnswer, ExplainQuery } from './explain.dto.js';
import { explain, type Hop } from './explain.js';

const MOST = 10_000;

/** The way of an incident, sent or not. */
@ApiTags('deliveries')
@Controller('tocsin/v1/explain')
@Allow('admin', 'user', 'reader')
export class ExplainController {
  constructor(private readonly store: Store) {}

  @Get()
  @ApiOperation({ summary: 'Every hop of an incident, sent or not' })
  @ApiOkResponse({ type: ExplainAnswer })
  async explain(
    @Caller() { organizationId }: Principal,
    @Query() { incident, integration }: ExplainQuery,
  ): Promise<{ incident: string; integration: string | null; hops: readonly Hop[] }> {
    const signals = await selectIncidentEvents(this.store, organizationId, incident);
    found(signals[0]);
    const history =
      integration === undefined ? undefined : await selectHistory(this.store, organizationId, integration);
    if (history) found(history[0]);
    const causeIds = signals.flatMap(({ causationId }) => (causationId === null ? [] : [causationId]));
    const filter = { incident, integration, limit: MOST };
    const deliveries = await selectDeliveries(this.store, organizationId, filter);
    const others = new Set(deliveries.map(({ eventId }) => eventId));
    for (const { eventId } of signals) others.delete(eventId);
    const [causes, changes] = await Promise.all([
      selectCauses(this.store, organizationId, causeIds),
      selectChanges(this.store, organizationId, [...others]),
    ]);
    return {
      incident,
      integration: integration ?? null,
      hops: explain({ causes, signals, deliveries, changes, history }),
    };
  }
}
