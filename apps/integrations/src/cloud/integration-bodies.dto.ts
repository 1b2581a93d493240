import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, IsOptional, IsString, MaxLength } from 'class-validator';

const dataSchema = { type: 'object', additionalProperties: true } as const;

/** What the compatible API takes to create an integration. The keys of `data` depend on its `sink`. */
export class CreateIntegrationBody {
  @ApiProperty({ type: String, maxLength: 1024 })
  @IsString()
  @MaxLength(1024)
  description!: string;

  @ApiProperty({ ...dataSchema, description: '`sink`, `source` and the settings of the sink.' })
  @IsObject()
  data!: Record<string, unknown>;
}

/** A partial edit: what is absent stays as it is. */
export class UpdateIntegrationBody {
  @ApiPropertyOptional({ type: String, maxLength: 1024 })
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  description?: string;

  @ApiPropertyOptional({ ...dataSchema, description: 'The settings to change; a secret equal to its mask stays.' })
  @IsOptional()
  @IsObject()
  data?: Record<string, unknown>;
}
