import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { PageQuery } from '#libs/runtime';
import { STATUSES } from '../projections/incidents/incidents.query.js';
import { OptionalInstant } from './is-instant.js';
import { OptionalKnown } from './moment.js';
import { PlainText } from './plain-text.js';

/** `a=1&a=2`, and `a=1` alone, as a list. */
function asList({ value }: { value: unknown }): unknown {
  return value === undefined || Array.isArray(value) ? value : [value];
}

/** As `asList`, and `a=1,2` too. */
function asCommaList({ value }: { value: unknown }): unknown {
  return typeof value === 'string' ? value.split(',') : asList({ value });
}

export class IncidentsQuery extends PageQuery {
  @ApiPropertyOptional({ enum: STATUSES, isArray: true, description: 'One of these; several by comma.' })
  @IsOptional()
  @Transform(asCommaList)
  @IsIn(STATUSES, { each: true })
  status?: string[];

  @ApiPropertyOptional({ type: [String], description: 'What opened it: alert, issue, api; several by comma.' })
  @IsOptional()
  @Transform(asCommaList)
  @ArrayMaxSize(16)
  @PlainText(32, { each: true })
  origin?: string[];

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 5 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(5)
  level?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 5, description: 'This level or worse.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(5)
  minLevel?: number;

  @ApiPropertyOptional({ type: [String], description: '`key=value`; given several times, all of them.' })
  @IsOptional()
  @Transform(asList)
  @ArrayMaxSize(32)
  @Matches(/^[^=]+=/, { each: true, message: 'expected key=value' })
  @PlainText(4096, { each: true })
  tag?: string[];

  @ApiPropertyOptional({ type: [String], description: 'The same as `tag`.' })
  @IsOptional()
  @Transform(asList)
  @ArrayMaxSize(32)
  @Matches(/^[^=]+=/, { each: true, message: 'expected key=value' })
  @PlainText(4096, { each: true })
  label?: string[];

  @ApiPropertyOptional({ type: String, description: 'Issues of one node: `group` as the incidents have it.' })
  @IsOptional()
  @PlainText(4096)
  group?: string;

  @ApiPropertyOptional({ type: String, description: 'Name or id of the token that reported it.' })
  @IsOptional()
  @PlainText(1024)
  source?: string;

  @OptionalInstant('Started at or after.')
  from?: string;

  @OptionalInstant('Started at or before.')
  to?: string;

  @OptionalInstant('The list as it was at that instant.')
  asOf?: string;

  @OptionalKnown()
  known?: string;

  @ApiPropertyOptional({ enum: ['desc', 'asc'], default: 'desc', description: 'By start time.' })
  @IsOptional()
  @IsIn(['desc', 'asc'])
  order: 'asc' | 'desc' = 'desc';
}

export class IncidentQuery {
  @OptionalInstant('As it was at that instant.')
  asOf?: string;

  @OptionalKnown()
  known?: string;
}

export class TimelineQuery extends PageQuery {
  @ApiPropertyOptional({
    enum: ['true', 'false'],
    default: 'false',
    description: 'true: with every observation of its issue, which the list leaves out.',
  })
  @IsOptional()
  @IsIn(['true', 'false'])
  observations: 'true' | 'false' = 'false';

  @OptionalInstant('As it was at that instant.')
  asOf?: string;

  @OptionalKnown()
  known?: string;
}

const instant = { type: String, format: 'date-time' } as const;
const cursor = {
  type: String,
  nullable: true,
  description: 'Pass it back for the next page; null at the end.',
} as const;

export class IncidentAnswer {
  @ApiProperty({ type: String })
  incidentId!: string;

  @ApiProperty({ type: 'integer' })
  pk!: number;

  @ApiProperty({ enum: STATUSES })
  status!: string;

  @ApiProperty(instant)
  startTime!: string;

  @ApiProperty({ ...instant, nullable: true })
  endTime!: string | null;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 5, description: '1 critical ... 5 information.' })
  level!: number;

  @ApiProperty({ type: String })
  description!: string;

  @ApiProperty({ type: [String], description: '`key=value`.' })
  readonly tags!: readonly string[];

  @ApiProperty({ type: String, description: 'Name of the token that reported it.' })
  source!: string;

  @ApiProperty({ type: String })
  sourceId!: string;

  @ApiProperty({ type: String })
  sourceType!: string;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Key of the source in the Argus API.' })
  sourcePk!: number | null;

  @ApiProperty({ type: String })
  sourceIncidentId!: string;

  @ApiProperty({ type: String, description: 'What opened it: alert, issue, api.' })
  origin!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Issues of one node belong together: `<cluster>/<node>`, each percent-encoded; null of all else.',
  })
  group!: string | null;

  @ApiProperty({ type: Boolean })
  acked!: boolean;

  @ApiProperty({ ...instant, nullable: true, description: 'Until when it counts; null for ever, or for never.' })
  ackedUntil!: string | null;

  @ApiProperty({ type: Boolean })
  stateful!: boolean;

  @ApiProperty({ type: String })
  detailsUrl!: string;

  @ApiProperty({ type: String })
  ticketUrl!: string;

  @ApiProperty({ description: 'Any JSON of the source\u2019s own.', anyOf: [{}] })
  metadata!: unknown;

  @ApiProperty({ type: String, nullable: true, description: 'resolved, expired ...; null while it is open.' })
  closeReason!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The incident of the same alert before this one.' })
  predecessor!: string | null;

  @ApiProperty(instant)
  updatedAt!: string;

  @ApiProperty({ type: 'integer', description: 'Number of its events.' })
  sequence!: number;
}

export class IncidentGroupAnswer {
  @ApiProperty({ type: String, description: '`<cluster>/<node>`, each percent-encoded.' })
  group!: string;

  @ApiProperty({ type: [String], description: 'The first first.' })
  readonly incidentIds!: readonly string[];

  @ApiProperty({ type: 'integer', description: 'How many of them are open.' })
  open!: number;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 5, description: 'The worst of them.' })
  level!: number;

  @ApiProperty(instant)
  startTime!: string;
}

export class IncidentsPage {
  @ApiProperty({ type: [IncidentAnswer] })
  items!: IncidentAnswer[];

  @ApiProperty({
    type: [IncidentGroupAnswer],
    required: false,
    description:
      'Which items of this page are issues of one node at one time, within ten minutes of each other; absent where none are.',
  })
  readonly groups?: readonly IncidentGroupAnswer[];

  @ApiProperty(cursor)
  cursor!: string | null;
}

export class TimelineAnswer {
  @ApiProperty({ type: 'integer' })
  sequence!: number;

  @ApiProperty({ type: String })
  eventId!: string;

  @ApiProperty({ type: String })
  name!: string;

  @ApiProperty({ ...instant, description: 'When it happened.' })
  time!: string;

  @ApiProperty({ ...instant, description: 'When it was written down.' })
  recordedAt!: string;

  @ApiProperty({ type: String })
  source!: string;

  @ApiProperty({ type: String })
  description!: string;

  @ApiProperty({ type: 'object', additionalProperties: true })
  payload!: object;
}

export class TimelinePage {
  @ApiProperty({ type: [TimelineAnswer] })
  items!: TimelineAnswer[];

  @ApiProperty(cursor)
  cursor!: string | null;
}
