import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsOptional,
  IsRFC3339,
  IsString,
  IsUrl,
  IsUUID,
  Length,
  MaxLength,
} from 'class-validator';
import { type TokenKind, tokenKinds } from '#libs/runtime';

export class CreateTokenBody {
  @ApiProperty({ type: String, minLength: 1, maxLength: 200 })
  @IsString()
  @Length(1, 200)
  name!: string;

  @ApiProperty({ enum: tokenKinds })
  @IsIn(tokenKinds)
  kind!: TokenKind;

  @ApiPropertyOptional({
    type: String,
    maxLength: 200,
    description: 'Type of the monitoring system, of a source token.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  sourceType?: string;

  @ApiPropertyOptional({ type: String, maxLength: 2048, description: 'Where links to that system begin.' })
  @IsOptional()
  @MaxLength(2048)
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false })
  baseUrl?: string;

  @ApiPropertyOptional({
    type: String,
    format: 'uuid',
    description: 'A project of the organisation; the own one where absent.',
  })
  @IsOptional()
  @IsUUID()
  projectId?: string;

  @ApiPropertyOptional({ type: [String], description: 'Status partitions that it may write to; all where absent.' })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @IsString({ each: true })
  @Length(1, 200, { each: true })
  partitions?: string[];

  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @IsOptional()
  @MaxLength(64)
  @IsRFC3339()
  expiresAt?: string;
}

export class CreateOrganizationBody {
  @ApiProperty({ type: String, minLength: 1, maxLength: 200 })
  @IsString()
  @Length(1, 200)
  name!: string;
}
