import { ApiProperty } from '@nestjs/swagger';
import { deliveryStates } from '#libs/contracts';

const instant = { type: String, format: 'date-time' } as const;
const cursor = {
  type: String,
  nullable: true,
  description: 'Pass it back for the next page; null at the end.',
} as const;
const counts = { type: 'object', additionalProperties: { type: 'integer' } } as const;

export class IdAnswer {
  @ApiProperty({ type: String, pattern: '^[0-9a-v]{20}$' })
  id!: string;
}

export class TroubleAnswer {
  @ApiProperty({ type: String, description: "The provider's code, or the state of the delivery." })
  code!: string;

  @ApiProperty({ type: String, description: 'What a person has to do.' })
  remedy!: string;

  @ApiProperty(instant)
  at!: string;
}

export class LastDeliveryAnswer {
  @ApiProperty({ type: String })
  deliveryId!: string;

  @ApiProperty({ type: String, nullable: true })
  incidentId!: string | null;

  @ApiProperty({ enum: deliveryStates })
  state!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  receipt!: object | null;

  @ApiProperty(instant)
  at!: string;
}

/** What reading an integration and its health have in common. */
class ConditionAnswer extends IdAnswer {
  @ApiProperty({ enum: ['active', 'paused', 'parked', 'deleted'] })
  state!: string;

  @ApiProperty({ type: LastDeliveryAnswer, nullable: true })
  lastDelivery!: LastDeliveryAnswer | null;

  @ApiProperty({ type: TroubleAnswer, nullable: true })
  lastError!: TroubleAnswer | null;

  @ApiProperty({ type: 'integer', description: 'Deliveries that wait.' })
  lag!: number;

  @ApiProperty({ type: 'integer', description: 'Age of the oldest of them, seconds.' })
  lagSeconds!: number;
}

export class IntegrationAnswer extends ConditionAnswer {
  @ApiProperty({ type: String })
  organizationId!: string;

  @ApiProperty({ type: String })
  projectId!: string;

  @ApiProperty({ type: String })
  description!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Masks stand for secrets.' })
  data!: object;

  @ApiProperty({ type: 'object', additionalProperties: true })
  filters!: object;

  @ApiProperty(instant)
  created!: string;

  @ApiProperty(instant)
  updated!: string;
}

export class IntegrationsPage {
  @ApiProperty({ type: [IntegrationAnswer] })
  items!: IntegrationAnswer[];

  @ApiProperty(cursor)
  cursor!: string | null;
}

export class HealthAnswer extends ConditionAnswer {
  @ApiProperty({ type: TroubleAnswer, nullable: true, description: 'Set while the delivery process has given up.' })
  parked!: TroubleAnswer | null;

  @ApiProperty({ ...counts, description: 'Deliveries by state.' })
  deliveries!: Record<string, number>;
}

export class PositionAnswer {
  @ApiProperty({ type: String })
  topic!: string;

  @ApiProperty({ type: 'integer' })
  partition!: number;

  @ApiProperty({ type: 'integer' })
  offset!: number;
}

export class DeliveryAnswer {
  @ApiProperty({ type: String })
  deliveryId!: string;

  @ApiProperty({ type: String })
  integrationId!: string;

  @ApiProperty({ type: String })
  eventId!: string;

  @ApiProperty({ type: String, description: 'The event that came in from outside and caused it.' })
  rootEventId!: string;

  @ApiProperty({ type: String, nullable: true })
  incidentId!: string | null;

  @ApiProperty({ enum: deliveryStates })
  state!: string;

  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;

  @ApiProperty({ type: 'integer' })
  attempts!: number;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: "The provider's proof." })
  receipt!: object | null;

  @ApiProperty({ type: 'integer', description: 'How many, of a batch of logs or metrics.' })
  count!: number;

  @ApiProperty({ ...instant, description: 'When the event was written down.' })
  writtenAt!: string;

  @ApiProperty({ ...instant, nullable: true, description: 'When the final state was reached.' })
  at!: string | null;

  @ApiProperty({ type: PositionAnswer, nullable: true, description: 'Where the record of the final state lies.' })
  recorded!: PositionAnswer | null;
}

export class DeliveriesPage {
  @ApiProperty({ type: [DeliveryAnswer] })
  items!: DeliveryAnswer[];

  @ApiProperty(cursor)
  cursor!: string | null;
}

export class ReconciliationAnswer {
  @ApiProperty({ type: 'integer', description: 'Events times integrations that had to account for them.' })
  pairs!: number;

  @ApiProperty(counts)
  states!: Record<string, number>;

  @ApiProperty({ type: 'integer', description: 'Pairs that nothing will settle any more.' })
  unaccounted!: number;
}
