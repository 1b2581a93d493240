import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { PageQuery } from '#libs/runtime';
import { OptionalInstant } from './is-instant.js';
import { OptionalKnown } from './moment.js';
import { PlainText } from './plain-text.js';

const name = { type: String, maxLength: 16_384 } as const;

/** What services are narrowed to. */
export class ServicesFilter extends PageQuery {
  @ApiPropertyOptional(name)
  @IsOptional()
  @PlainText(16_384)
  platform?: string;

  @ApiPropertyOptional(name)
  @IsOptional()
  @PlainText(16_384)
  service?: string;

  @ApiPropertyOptional(name)
  @IsOptional()
  @PlainText(16_384)
  facet?: string;

  @ApiPropertyOptional(name)
  @IsOptional()
  @PlainText(16_384)
  location?: string;
}

export class CurrentQuery extends ServicesFilter {
  @OptionalInstant('The status at that time, that instant included; now unless given.')
  asOf?: string;

  @OptionalKnown()
  known?: string;
}

export class HistoryQuery extends ServicesFilter {
  @ApiPropertyOptional(name)
  @IsOptional()
  @PlainText(16_384)
  status?: string;

  @OptionalInstant('At or after.')
  from?: string;

  @OptionalInstant('At or before.')
  to?: string;

  @ApiPropertyOptional({ enum: ['asc', 'desc'], default: 'asc', description: 'Oldest first unless `desc`.' })
  @IsOptional()
  @IsIn(['asc', 'desc'])
  order: 'asc' | 'desc' = 'asc';
}

export class DowntimeQuery extends ServicesFilter {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    default: 1,
    description: 'Members (locations) that have to be up.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  threshold: number = 1;

  @OptionalInstant('Start of the window; the first observation unless given.')
  from?: string;

  @OptionalInstant('End of the window; now unless given.')
  to?: string;
}

const instant = { type: String, format: 'date-time' } as const;
const cursor = {
  type: String,
  nullable: true,
  description: 'Pass it back for the next page; null at the end.',
} as const;

class ServiceName {
  @ApiProperty({ type: String })
  platform!: string;

  @ApiProperty({ type: String })
  service!: string;

  @ApiProperty({ type: String })
  facet!: string;
}

class StatusAnswer extends ServiceName {
  @ApiProperty({ type: String })
  location!: string;

  @ApiProperty({ type: String })
  status!: string;

  @ApiProperty({ ...instant, description: 'Since when, or when it was observed.' })
  time!: string;

  @ApiProperty({ type: Boolean, description: 'False: an observation that changed nothing.' })
  transition!: boolean;

  @ApiProperty({ type: String })
  description!: string;
}

export class CurrentStatusAnswer extends StatusAnswer {
  @ApiProperty({ ...instant, description: 'When it was last observed.' })
  observedAt!: string;
}

export class CurrentStatusPage {
  @ApiProperty({ type: [CurrentStatusAnswer] })
  items!: CurrentStatusAnswer[];

  @ApiProperty(cursor)
  cursor!: string | null;
}

export class HistoryRowAnswer extends StatusAnswer {
  @ApiProperty({ type: Boolean, description: 'It came after observations of a later time.' })
  late!: boolean;

  @ApiProperty({ type: String })
  fingerprint!: string;

  @ApiProperty({ type: String })
  eventId!: string;
}

export class StatusHistoryPage {
  @ApiProperty({ type: [HistoryRowAnswer] })
  items!: HistoryRowAnswer[];

  @ApiProperty(cursor)
  cursor!: string | null;
}

export class DowntimeAnswer extends ServiceName {
  @ApiProperty(instant)
  from!: string;

  @ApiProperty({ ...instant, nullable: true, description: 'Null while it goes on.' })
  to!: string | null;

  @ApiProperty({ type: Boolean })
  open!: boolean;

  @ApiProperty({ type: Number, description: 'Until the end of the window while it goes on.' })
  seconds!: number;

  @ApiProperty({ type: 'integer' })
  fewestUp!: number;
}

export class AvailabilityAnswer extends ServiceName {
  @ApiProperty({ type: Number })
  observedSeconds!: number;

  @ApiProperty({ type: Number })
  downSeconds!: number;

  @ApiProperty({ type: 'integer' })
  downtimes!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'Share of the observed time, 0 to 1.' })
  availability!: number | null;
}

export class DowntimePage {
  @ApiProperty({ type: [DowntimeAnswer] })
  items!: DowntimeAnswer[];

  @ApiProperty({ type: [AvailabilityAnswer] })
  summary!: AvailabilityAnswer[];

  @ApiProperty(cursor)
  cursor!: string | null;
}
