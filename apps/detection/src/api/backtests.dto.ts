import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsISO8601, IsObject, IsOptional, IsString, Length } from 'class-validator';

const instant = { type: String, format: 'date-time' } as const;

export class BacktestBody {
  @ApiProperty({ type: String, description: 'Name of a detector.' })
  @IsString()
  @Length(1, 128)
  detector!: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'number' },
    description: 'In place of those that were in effect; absent ones stay.',
  })
  @IsOptional()
  @IsObject()
  settings?: Record<string, unknown>;

  @ApiProperty({ ...instant, description: 'Issues that were open at some time from here ...' })
  @IsISO8601({ strict: true })
  from!: string;

  @ApiProperty({ ...instant, description: '... to here are compared.' })
  @IsISO8601({ strict: true })
  to!: string;

  @ApiPropertyOptional({ type: [String], description: 'Absent: all clusters.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(1000)
  @IsString({ each: true })
  clusters?: string[];
}

export class SpanAnswer {
  @ApiProperty() issueId!: string;
  @ApiProperty() clusterId!: string;
  @ApiProperty() subject!: string;
  @ApiProperty(instant) openedAt!: string;
  @ApiPropertyOptional({ ...instant, description: 'Absent while it is open.' }) closedAt?: string;
  @ApiPropertyOptional({ type: Boolean, description: 'Its cluster was removed.' }) removed?: boolean;
}

export class MovedAnswer {
  @ApiProperty({ type: SpanAnswer }) recorded!: SpanAnswer;
  @ApiProperty({ type: SpanAnswer }) tried!: SpanAnswer;
  @ApiProperty({ type: Number, description: 'Seconds.' }) opensLater!: number;
  @ApiProperty({ type: Number, nullable: true, description: 'Seconds; null where one is open still.' })
  closesLater!: number | null;
}

export class BacktestAnswer {
  @ApiProperty({ type: 'integer' }) recorded!: number;
  @ApiProperty({ type: 'integer' }) tried!: number;
  @ApiProperty({ type: 'integer' }) same!: number;
  @ApiProperty({ type: [SpanAnswer], description: 'Only the try has them.' }) readonly gained!: readonly SpanAnswer[];
  @ApiProperty({ type: [SpanAnswer], description: 'Only the record has them.' }) readonly lost!: readonly SpanAnswer[];
  @ApiProperty({ type: [MovedAnswer] }) readonly moved!: readonly MovedAnswer[];
  @ApiProperty({ type: Number, nullable: true, description: 'How much later the try opens, seconds on average.' })
  delaySeconds!: number | null;
  @ApiProperty({ type: 'integer', description: 'Messages to people that the try would send more; fewer: negative.' })
  messages!: number;
}
