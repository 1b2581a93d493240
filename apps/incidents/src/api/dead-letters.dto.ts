import { ApiProperty } from '@nestjs/swagger';

const instant = { type: String, format: 'date-time' } as const;

export class DeadLetterAnswer {
  @ApiProperty({ type: String })
  id!: string;

  @ApiProperty({ type: String, description: 'Where the record lies.' })
  topic!: string;

  @ApiProperty({ type: 'integer' })
  partition!: number;

  @ApiProperty({ type: 'integer' })
  offset!: number;

  @ApiProperty({ type: String })
  reason!: string;

  @ApiProperty({ type: String, description: 'undecodable, unknown-organization, or the name of the error.' })
  error!: string;

  @ApiProperty(instant)
  at!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Who could not take it; null where nobody can read it.' })
  processor!: string | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Bytes of its value.' })
  size!: number | null;

  @ApiProperty({ type: Boolean })
  replayable!: boolean;

  @ApiProperty({ ...instant, nullable: true })
  replayedAt!: string | null;
}

export class DeadLettersPage {
  @ApiProperty({ type: [DeadLetterAnswer] })
  items!: DeadLetterAnswer[];

  @ApiProperty({ type: String, nullable: true, description: 'Pass it back for the next page; null at the end.' })
  cursor!: string | null;
}

export class ReplayAnswer {
  @ApiProperty({ type: String })
  id!: string;

  @ApiProperty({ type: String })
  topic!: string;

  @ApiProperty(instant)
  replayedAt!: string;
}
