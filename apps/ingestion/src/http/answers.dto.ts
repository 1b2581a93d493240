import { ApiProperty } from '@nestjs/swagger';

export class RejectedItemDto {
  @ApiProperty({ type: 'integer', description: 'Place of the item in the body, from 0.' })
  index!: number;

  @ApiProperty({ type: String, description: 'Why it was not taken; begins with the field.' })
  reason!: string;
}

export class ReceiptDto {
  @ApiProperty({ type: String })
  id!: string;

  @ApiProperty({ type: String })
  topic!: string;

  @ApiProperty({ type: 'integer' })
  partition!: number;

  @ApiProperty({ type: 'integer' })
  offset!: number;
}

export class AlertsAnswerDto {
  @ApiProperty({ type: 'integer', description: 'Alerts that lie on the log.' })
  accepted!: number;

  @ApiProperty({ type: [RejectedItemDto] })
  rejected!: RejectedItemDto[];
}

export class SamplesAnswerDto {
  @ApiProperty({ type: 'integer', description: 'Samples that lie on the log.' })
  accepted!: number;

  @ApiProperty({ type: [RejectedItemDto] })
  rejected!: RejectedItemDto[];
}

export class EventsAnswerDto {
  @ApiProperty({ type: [ReceiptDto], description: 'Where each accepted event lies, in the order of the body.' })
  accepted!: ReceiptDto[];

  @ApiProperty({ type: [RejectedItemDto] })
  rejected!: RejectedItemDto[];
}
