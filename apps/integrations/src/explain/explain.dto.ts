import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';

export class ExplainQuery {
  @ApiProperty({ type: String, maxLength: 64 })
  @IsString()
  @Length(1, 64)
  incident!: string;

  @ApiPropertyOptional({ type: String, maxLength: 64, description: 'One integration; every one where absent.' })
  @IsOptional()
  @IsString()
  @Length(1, 64)
  integration?: string;
}

export class HopAnswer {
  @ApiProperty({ enum: ['alert', 'issue', 'incident', 'integration', 'delivery'] })
  kind!: string;

  @ApiProperty({ type: String, description: 'Name of the event.' })
  name!: string;

  @ApiProperty({ type: String })
  id!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Id of the event that led to it.' })
  causedBy!: string | null;

  @ApiProperty({ type: String, nullable: true })
  topic!: string | null;

  @ApiProperty({ type: 'integer', nullable: true })
  partition!: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  offset!: number | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  at!: string | null;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'Where it went, what came of it.' })
  delivery?: object;

  @ApiPropertyOptional({ type: String, description: 'Why the chain ends here.' })
  ended?: string;
}

export class ExplainAnswer {
  @ApiProperty({ type: String })
  incident!: string;

  @ApiProperty({ type: String, nullable: true })
  integration!: string | null;

  @ApiProperty({ type: [HopAnswer] })
  hops!: HopAnswer[];
}
