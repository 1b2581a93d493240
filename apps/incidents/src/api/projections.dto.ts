import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional } from 'class-validator';

export class RebuildQuery {
  @ApiPropertyOptional({ type: Boolean, description: 'Take over although it differs from what is live.' })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  force?: boolean;
}

export class ProjectionAnswer {
  @ApiProperty({ type: String })
  name!: string;

  @ApiProperty({ type: 'integer', description: 'Version of the code that made what is read.' })
  version!: number;

  @ApiProperty({ enum: ['live', 'building', 'switching'] })
  state!: string;

  @ApiProperty({ type: 'integer', description: 'Number of the generation that is read.' })
  generation!: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Number of the one that is built.' })
  building!: number | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Number of the one that can be switched back to.' })
  previous!: number | null;

  @ApiProperty({
    type: Boolean,
    description: 'What was built differs though its version is the same, and waits to be forced.',
  })
  held!: boolean;

  @ApiProperty({
    type: 'object',
    nullable: true,
    additionalProperties: { type: 'integer' },
    description: 'Next offset by partition, of what is built or else read; null while no broker answers.',
  })
  checkpoint!: Record<string, number> | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Records still to be read; null while no broker answers.',
  })
  lag!: number | null;
}

export class ProjectionsPage {
  @ApiProperty({ type: [ProjectionAnswer] })
  items!: ProjectionAnswer[];

  @ApiProperty({ type: String, nullable: true })
  cursor!: string | null;
}

export class ComparisonAnswer {
  @ApiProperty({ type: 'integer', description: 'Number of the generation that was live.' })
  generation!: number;

  @ApiProperty({ type: 'integer' })
  version!: number;

  @ApiProperty({ type: 'integer', description: 'Number of the one that was built.' })
  built!: number;

  @ApiProperty({ type: 'integer' })
  builtVersion!: number;

  @ApiProperty({ type: String, format: 'date-time' })
  since!: string;

  @ApiProperty({ type: 'integer', description: 'Incidents, services, letters of the live one when it began.' })
  total!: number;

  @ApiProperty({ type: 'integer' })
  compared!: number;

  @ApiProperty({ type: 'integer', description: 'How many differ, of all organisations.' })
  differing!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Null while it goes on.' })
  finishedAt!: string | null;
}

export class DifferenceAnswer {
  @ApiProperty({ type: String, format: 'uuid', description: 'Of an incident its incidentId.' })
  id!: string;

  @ApiProperty({ enum: ['changed', 'missing', 'added'], description: '`missing`: what was built does not have it.' })
  kind!: string;

  @ApiProperty({ type: String, nullable: true, description: 'SHA-256 of the canonical JSON of all its rows.' })
  liveHash!: string | null;

  @ApiProperty({ type: String, nullable: true })
  builtHash!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'object', properties: { live: {}, built: {} } },
    description: 'What differs, by table and column; long texts are cut.',
  })
  fields!: object;
}

export class DifferencesPage {
  @ApiProperty({ type: [DifferenceAnswer], description: 'Up to 200 are kept of all organisations.' })
  items!: DifferenceAnswer[];

  @ApiProperty({ type: String, nullable: true })
  cursor!: string | null;

  @ApiProperty({ type: ComparisonAnswer, nullable: true, description: 'Null before the first rebuild.' })
  comparison!: ComparisonAnswer | null;
}
