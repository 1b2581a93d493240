import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Max, Min, ValidateIf } from 'class-validator';
import { MOST, MOST_TAGS } from './snapshot.body.js';

/** What `readSnapshot` reads, for the API document. */
export class SnapshotItem {
  @ApiProperty({ type: String, minLength: 1, maxLength: 4096 })
  sourceIncidentId!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  startTime!: string;

  @ApiPropertyOptional({ type: [String], maxItems: MOST_TAGS, description: 'Each `key=value`.' })
  tags?: string[];

  @ApiPropertyOptional({ type: String, maxLength: 65_536 })
  description?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 5 })
  level?: number;

  @ApiPropertyOptional({ type: String, maxLength: 8192 })
  detailsUrl?: string;

  @ApiPropertyOptional({ description: 'Any JSON.' })
  metadata?: unknown;
}

export class SnapshotHistoryItem extends SnapshotItem {
  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'Absent while it is open.' })
  endTime?: string;
}

export class SnapshotBody {
  @ApiProperty({ type: [SnapshotItem], maxItems: MOST, description: 'All that is open at the source.' })
  open!: SnapshotItem[];

  @ApiPropertyOptional({
    type: [SnapshotHistoryItem],
    maxItems: MOST,
    description: 'What was there since `since`, open or over.',
  })
  history?: SnapshotHistoryItem[];

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'How far back `history` goes.' })
  since?: string;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'When it was so; what is newer here is left alone. Now where absent.',
  })
  takenAt?: string;

  @ApiPropertyOptional({ type: Boolean, description: 'True: nothing is written, the answer is the same.' })
  dryRun?: boolean;
}

export class SourceChange {
  @ApiProperty({
    type: 'integer',
    nullable: true,
    minimum: 0,
    maximum: 86_400,
    description: 'Seconds between two heartbeats; 0: its silence is no incident; null: as the installation says.',
  })
  @ValidateIf((_change, value) => value !== null)
  @IsInt()
  @Min(0)
  @Max(86_400)
  heartbeatSeconds!: number | null;
}

class SourceUser {
  @ApiProperty({ type: 'integer' })
  pk!: number;

  @ApiProperty({ type: String })
  username!: string;
}

class SourceName {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;

  @ApiProperty({ type: 'integer' })
  pk!: number;

  @ApiProperty({ type: String })
  name!: string;

  @ApiProperty({ type: String })
  type!: string;
}

export class SourceAnswer extends SourceName {
  @ApiProperty({ type: String, description: 'Empty for none.' })
  baseUrl!: string;

  @ApiProperty({ type: SourceUser })
  user!: SourceUser;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Its last call of any kind.' })
  lastSeen!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  heartbeatAt!: string | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Null: as the installation says.' })
  heartbeatSeconds!: number | null;
}

export class SourcesPage {
  @ApiProperty({ type: [SourceAnswer] })
  items!: SourceAnswer[];

  @ApiProperty({ type: String, nullable: true })
  cursor!: string | null;
}

class SnapshotEvent {
  @ApiProperty({ enum: ['STA', 'END', 'RES'] })
  type!: string;

  @ApiProperty({ type: String })
  sourceIncidentId!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  timestamp!: string;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'Of one that was over when it was opened.' })
  endTime?: string;
}

class SnapshotRefusal {
  @ApiProperty({ type: String })
  sourceIncidentId!: string;

  @ApiProperty({ type: String })
  reason!: string;
}

export class SnapshotAnswer {
  @ApiProperty({ type: SourceName })
  source!: SourceName;

  @ApiProperty({ type: Boolean })
  dryRun!: boolean;

  @ApiProperty({ type: String, format: 'date-time' })
  takenAt!: string;

  @ApiProperty({ type: 'integer' })
  opened!: number;

  @ApiProperty({ type: 'integer' })
  ended!: number;

  @ApiProperty({ type: 'integer' })
  restarted!: number;

  @ApiProperty({ type: 'integer', description: 'Incidents of the snapshot that needed nothing.' })
  unchanged!: number;

  @ApiProperty({ type: [SnapshotEvent] })
  events!: SnapshotEvent[];

  @ApiProperty({ type: [SnapshotRefusal] })
  refused!: SnapshotRefusal[];
}
