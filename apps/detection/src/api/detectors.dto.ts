import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { PageQuery } from '#libs/runtime';

const figures = { type: 'object', additionalProperties: { type: 'number' } } as const;

export class ClusterQuery {
  @ApiPropertyOptional({
    type: String,
    minLength: 1,
    maxLength: 256,
    description: 'The settings as this cluster has them.',
  })
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(256)
  clusterId?: string;
}

export class SettingsBody extends ClusterQuery {
  @ApiProperty({ ...figures, description: 'What differs from the defaults; an empty object goes back to them.' })
  @IsObject()
  settings!: Record<string, unknown>;
}

export class UnruledQuery extends PageQuery {}

export class DetectorAnswer {
  @ApiProperty() name!: string;
  @ApiProperty({ type: 'integer' }) version!: number;
  @ApiProperty() says!: string;
  @ApiProperty({ enum: ['critical', 'error', 'warning', 'info'] }) severity!: string;
  @ApiProperty(figures) defaults!: Record<string, number>;
  @ApiProperty({ ...figures, description: 'As they are for the next sample.' }) settings!: Record<string, number>;
}

export class DetectorsPage {
  @ApiProperty({ type: [DetectorAnswer] }) items!: DetectorAnswer[];
  @ApiProperty({ type: String, nullable: true }) cursor!: string | null;
}

export class ConfiguredAnswer extends DetectorAnswer {
  @ApiProperty({ type: 'integer', description: 'Number of this change.' }) revision!: number;
  @ApiProperty({
    type: 'array',
    items: { type: 'object', properties: { partition: { type: 'integer' }, offset: { type: 'integer' } } },
    description: 'First record of each partition of the telemetry that is decided with them.',
  })
  effectiveFrom!: { partition: number; offset: number }[];
}

export class NotificationRuleAnswer {
  @ApiProperty() event!: string;
  @ApiProperty() kind!: string;
  @ApiProperty() message!: string;
}

export class NotificationRulesPage {
  @ApiProperty({ type: [NotificationRuleAnswer] }) items!: NotificationRuleAnswer[];
  @ApiProperty({ type: String, nullable: true }) cursor!: string | null;
}

export class UnruledAnswer {
  @ApiProperty() clusterId!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ type: 'integer' }) count!: number;
  @ApiProperty() lastEventId!: string;
  @ApiProperty({ format: 'date-time' }) lastAt!: string;
}

export class UnruledPage {
  @ApiProperty({ type: [UnruledAnswer] }) items!: UnruledAnswer[];
  @ApiProperty({ type: String, nullable: true }) cursor!: string | null;
}
