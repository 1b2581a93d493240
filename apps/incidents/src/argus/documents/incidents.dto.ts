import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

const time = { type: String, format: 'date-time' } as const;
const level = { type: 'integer', minimum: 1, maximum: 5, description: '1 critical ... 5 information.' } as const;
const ending = { type: String, nullable: true, description: 'A time; `infinity`: open; null: stateless.' } as const;
/** No `type`: what is declared `unknown` would be told as an object. */
const anyJson = { description: 'Any JSON.', anyOf: [{}] };

class SourceTypeShown {
  @ApiProperty({ type: String })
  name!: string;
}

export class SourceShown {
  @ApiProperty({ type: 'integer' })
  pk!: number;

  @ApiProperty({ type: String })
  name!: string;

  @ApiProperty({ type: SourceTypeShown })
  type!: SourceTypeShown;

  @ApiProperty({ type: 'integer', description: 'Key of the user that stands for it.' })
  user!: number;

  @ApiProperty({ type: String })
  base_url!: string;
}

class TagShown {
  @ApiProperty({ type: 'integer' })
  added_by!: number;

  @ApiProperty(time)
  added_time!: string;

  @ApiProperty({ type: String, description: '`key=value`.' })
  tag!: string;
}

export class IncidentShown {
  @ApiProperty({ type: 'integer' })
  pk!: number;

  @ApiProperty(time)
  start_time!: string;

  @ApiProperty(ending)
  end_time!: string | null;

  @ApiProperty({ type: SourceShown })
  source!: SourceShown;

  @ApiProperty({ type: String })
  source_incident_id!: string;

  @ApiProperty({ type: String })
  details_url!: string;

  @ApiProperty({ type: String })
  description!: string;

  @ApiProperty(level)
  level!: number;

  @ApiProperty({ type: String })
  ticket_url!: string;

  @ApiPropertyOptional({ ...anyJson, description: 'Any JSON. Not in version 1, but in answers to PUT and PATCH.' })
  metadata?: unknown;

  @ApiProperty({ type: [TagShown] })
  tags!: TagShown[];

  @ApiProperty({ type: Boolean })
  stateful!: boolean;

  @ApiProperty({ type: Boolean })
  open!: boolean;

  @ApiProperty({ type: Boolean })
  acked!: boolean;
}

export class IncidentsPageShown {
  @ApiPropertyOptional({ type: String, nullable: true })
  next?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true })
  previous?: string | null;

  @ApiPropertyOptional({ type: [IncidentShown] })
  results?: IncidentShown[];

  @ApiPropertyOptional({ type: 'integer', description: 'With `count` in the query, instead of a page.' })
  count?: number;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  params?: object;
}

class PostedTag {
  @ApiProperty({ type: String, pattern: '^\\s*[a-z0-9_]+\\s*=' })
  tag!: string;
}

class Attributes {
  @ApiPropertyOptional({ type: String, maxLength: 8192 })
  details_url?: string;

  @ApiPropertyOptional({ type: String, maxLength: 262_144 })
  description?: string;

  @ApiPropertyOptional(level)
  level?: number;

  @ApiPropertyOptional({ type: String, format: 'uri', maxLength: 2048 })
  ticket_url?: string;

  @ApiPropertyOptional(anyJson)
  metadata?: unknown;
}

export class PostedIncidentBody extends Attributes {
  @ApiProperty({ ...time, description: 'Without an offset it is of ARGUS_TIME_ZONE.' })
  start_time!: string;

  @ApiPropertyOptional({ ...ending, description: 'A time; `infinity` or absent: open; null: stateless.' })
  end_time?: string | null;

  @ApiPropertyOptional({ type: String, maxLength: 4096, description: 'Unique in its source, unless it is empty.' })
  source_incident_id?: string;

  @ApiProperty({ type: [PostedTag] })
  tags!: PostedTag[];

  @ApiPropertyOptional({ type: 'integer', description: 'Key of a source; for admins.' })
  source?: number;
}

export class ChangedIncidentBody extends Attributes {
  @ApiPropertyOptional({ type: [PostedTag], description: 'All of them; needed by PUT.' })
  tags?: PostedTag[];
}

export class SourcesShown {
  @ApiProperty({ type: [SourceShown] })
  sourceSystems!: SourceShown[];
}

export class TagOnly {
  @ApiProperty({ type: String, description: '`key=value`.' })
  tag!: string;
}

export class TicketUrl {
  @ApiProperty({ type: String, maxLength: 8192 })
  ticket_url!: string;
}
