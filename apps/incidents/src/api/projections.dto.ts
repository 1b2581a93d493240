import { ApiProperty } from '@nestjs/swagger';

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
