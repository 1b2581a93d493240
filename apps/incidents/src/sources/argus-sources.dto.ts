import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class ArgusSourceTypeAnswer {
  @ApiProperty({ type: String, description: 'In lower case.' })
  name!: string;
}

export class ArgusSourceAnswer {
  @ApiProperty({ type: 'integer' })
  pk!: number;

  @ApiProperty({ type: String })
  name!: string;

  @ApiProperty({ type: ArgusSourceTypeAnswer })
  type!: ArgusSourceTypeAnswer;

  @ApiProperty({ type: 'integer', description: 'Its user.' })
  user!: number;

  @ApiProperty({ type: String, description: 'Where relative links of its incidents begin; empty for nowhere.' })
  base_url!: string;
}

export class ArgusSourceBody {
  @ApiProperty({ type: String, maxLength: 200 })
  name!: string;

  @ApiProperty({ type: String, maxLength: 200, description: 'Name of a source type that exists.' })
  type!: string;

  @ApiPropertyOptional({ type: String, maxLength: 2048 })
  base_url?: string;

  @ApiPropertyOptional({ type: String, maxLength: 200, description: 'Of its user; its name where absent.' })
  username?: string;
}

export class ArgusSourceChange {
  @ApiPropertyOptional({ type: String, maxLength: 200 })
  name?: string;
}
