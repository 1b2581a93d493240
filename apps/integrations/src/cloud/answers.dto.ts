import { ApiProperty } from '@nestjs/swagger';

export class CompatibleIntegrationAnswer {
  @ApiProperty({ type: String, pattern: '^[0-9a-v]{20}$' })
  id!: string;

  @ApiProperty({ type: String })
  organizationId!: string;

  @ApiProperty({ type: String })
  projectId!: string;

  @ApiProperty({ type: String })
  description!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Masks stand for secrets.' })
  data!: object;

  @ApiProperty({ enum: ['active', 'deleted'] })
  status!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  created!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  updated!: string;
}

export class GetAnswer {
  @ApiProperty({ type: CompatibleIntegrationAnswer })
  integration!: CompatibleIntegrationAnswer;
}

export class ListAnswer {
  @ApiProperty({ type: [CompatibleIntegrationAnswer] })
  integrations!: CompatibleIntegrationAnswer[];
}

export class CreateAnswer {
  @ApiProperty({ type: String, pattern: '^[0-9a-v]{20}$' })
  id!: string;
}

class SinkOptionAnswer {
  @ApiProperty({ type: String })
  id!: string;

  @ApiProperty({ type: String })
  name!: string;

  @ApiProperty({ type: Boolean })
  enabled!: boolean;

  @ApiProperty({ type: Boolean })
  supportsTestApi!: boolean;
}

class SourceOptionAnswer {
  @ApiProperty({ type: String })
  id!: string;

  @ApiProperty({ type: String })
  name!: string;

  @ApiProperty({ type: Boolean })
  enabled!: boolean;

  @ApiProperty({ type: [SinkOptionAnswer] })
  sinks!: SinkOptionAnswer[];
}

export class OptionsAnswer {
  @ApiProperty({ type: [SourceOptionAnswer] })
  sources!: SourceOptionAnswer[];
}

export class GrantBody {
  @ApiProperty({ enum: ['refresh_token'] })
  grant_type!: string;

  @ApiProperty({ type: String, description: 'A token of Tocsin.' })
  refresh_token!: string;
}

export class GrantAnswer {
  @ApiProperty({ type: String })
  access_token!: string;

  @ApiProperty({ type: String })
  token_type!: string;

  @ApiProperty({ type: String })
  scope!: string;

  @ApiProperty({ type: 'integer', description: 'Seconds.' })
  expires_in!: number;
}
