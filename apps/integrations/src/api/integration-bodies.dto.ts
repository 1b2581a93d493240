import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { PageQuery } from '#libs/runtime';

const listOf = (maxItems: number, maxLength: number) =>
  ({ type: 'array', items: { type: 'string', maxLength }, maxItems }) as const;

/** Which incidents an integration wants; what is absent narrows nothing. */
export class FiltersBody {
  @ApiPropertyOptional({ ...listOf(16, 64), description: 'What opened the incident: alert, issue, api.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(16)
  @IsString({ each: true })
  @MaxLength(64, { each: true })
  origins?: string[];

  @ApiPropertyOptional({ ...listOf(1000, 256), description: 'Clusters that the incident is about.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(1000)
  @IsString({ each: true })
  @MaxLength(256, { each: true })
  clusterIds?: string[];

  @ApiPropertyOptional({
    ...listOf(64, 4096),
    description: '`key=value` each; every one must be a tag of the incident. An object does too.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => labelList(value))
  @IsArray()
  @ArrayMaxSize(64)
  @IsString({ each: true })
  @MaxLength(4096, { each: true })
  @Matches(/^[^=]+=/, { each: true, message: 'labels: expected key=value' })
  labels?: string[];

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 5, description: 'This level or worse; 1 is the worst.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(5)
  minLevel?: number;
}

function labelList(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value).map(([key, entry]) => (typeof entry === 'string' ? `${key}=${entry}` : entry));
}

const data = {
  type: 'object',
  additionalProperties: true,
  description: '`sink`, `source` and the settings of the sink.',
} as const;

export class CreateBody {
  @ApiProperty({ type: String, maxLength: 1024 })
  @IsString()
  @MaxLength(1024)
  description!: string;

  @ApiProperty(data)
  @IsObject()
  data!: Record<string, unknown>;

  @ApiPropertyOptional({ type: FiltersBody })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => FiltersBody)
  filters?: FiltersBody;
}

/** What is absent stays as it is; `filters` is replaced whole. */
export class EditBody {
  @ApiPropertyOptional({ type: String, maxLength: 1024 })
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  description?: string;

  @ApiPropertyOptional(data)
  @IsOptional()
  @IsObject()
  data?: Record<string, unknown>;

  @ApiPropertyOptional({ type: FiltersBody })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => FiltersBody)
  filters?: FiltersBody;
}

/** Why somebody pauses or resumes. */
export class ReasonBody {
  @ApiPropertyOptional({ type: String, maxLength: 1024 })
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  reason?: string;
}

export class IntegrationsQuery extends PageQuery {
  @ApiPropertyOptional({
    enum: ['true', 'false'],
    default: 'false',
    description: 'Whether deleted ones are listed too.',
  })
  @IsOptional()
  @IsIn(['true', 'false'])
  deleted?: 'true' | 'false';
}
