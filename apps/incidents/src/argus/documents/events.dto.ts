import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { incidentEventTypes } from '#libs/contracts';

const time = { type: String, format: 'date-time' } as const;
const ids = { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 10_000 } as const;
const changes = { type: 'object', additionalProperties: true, description: 'What became of each id.' } as const;

class ActorShown {
  @ApiProperty({ type: 'integer' })
  pk!: number;

  @ApiProperty({ type: String })
  username!: string;
}

class EventTypeShown {
  @ApiProperty({ enum: incidentEventTypes })
  value!: string;

  @ApiProperty({ type: String })
  display!: string;
}

export class EventShown {
  @ApiProperty({ type: 'integer' })
  pk!: number;

  @ApiProperty({ type: 'integer' })
  incident!: number;

  @ApiProperty({ type: ActorShown })
  actor!: ActorShown;

  @ApiProperty({ ...time, description: 'When it happened.' })
  timestamp!: string;

  @ApiProperty({ ...time, description: 'When it was written down.' })
  received!: string;

  @ApiProperty({ type: EventTypeShown })
  type!: EventTypeShown;

  @ApiProperty({ type: String })
  description!: string;
}

export class EventsPageShown {
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;

  @ApiProperty({ type: String, nullable: true })
  previous!: string | null;

  @ApiProperty({ type: [EventShown] })
  results!: EventShown[];
}

export class PostedEventBody {
  @ApiProperty({ enum: incidentEventTypes })
  type!: string;

  @ApiPropertyOptional({ ...time, description: 'Needed of a source; now, where a person leaves it out.' })
  timestamp?: string;

  @ApiPropertyOptional({ type: String, maxLength: 262_144 })
  description?: string;
}

export class AckShown {
  @ApiProperty({ type: 'integer', description: 'The key of its event.' })
  pk!: number;

  @ApiProperty({ type: EventShown })
  event!: EventShown;

  @ApiProperty({ ...time, nullable: true })
  expiration!: string | null;
}

export class ExpirationBody {
  @ApiPropertyOptional({ ...time, nullable: true, description: 'Null or absent: for ever.' })
  expiration?: string | null;
}

export class PostedAckBody extends ExpirationBody {
  @ApiPropertyOptional({ ...time, description: 'Needed, but of people in version 1.' })
  timestamp?: string;

  @ApiPropertyOptional({ type: String, maxLength: 262_144 })
  description?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'Version 1: `timestamp`, `description`.',
  })
  event?: object;
}

export class BulkEventBody {
  @ApiProperty(ids)
  ids!: number[];

  @ApiProperty({ type: PostedEventBody })
  event!: PostedEventBody;
}

export class BulkAckBody {
  @ApiProperty(ids)
  ids!: number[];

  @ApiProperty({ type: PostedAckBody })
  ack!: PostedAckBody;
}

export class BulkTicketUrlBody {
  @ApiProperty(ids)
  ids!: number[];

  @ApiProperty({ type: String, maxLength: 8192 })
  ticket_url!: string;
}

export class ChangesShown {
  @ApiProperty(changes)
  changes!: object;
}
