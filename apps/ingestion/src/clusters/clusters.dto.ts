import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsNumber,
  IsOptional,
  IsPositive,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { ENDPOINT } from './cluster.js';

const TEXT = /^[^\p{Cc}\p{Cs}]+$/u;

export class NodeBody {
  @ApiProperty({ type: String, maxLength: 256 })
  @Matches(TEXT, { message: 'expected a text without control characters' })
  @Length(1, 256)
  @IsString()
  nodeId!: string;

  @ApiProperty({
    type: String,
    example: 'n0.example:2113',
    description: 'host:port, as the members of its gossip say it.',
  })
  @Matches(ENDPOINT, { message: 'expected host:port' })
  @IsString()
  endpoint!: string;

  @ApiPropertyOptional({ type: Number, description: 'Without hyper-threads; the database does not tell it.' })
  @IsOptional()
  @Max(1_000_000)
  @IsPositive()
  @IsNumber()
  physicalCores?: number;
}

export class TlsBody {
  @ApiPropertyOptional({ type: String, description: 'Certificates that sign those of the nodes, PEM.' })
  @IsOptional()
  @MaxLength(65_536)
  @IsString()
  ca?: string;

  @ApiPropertyOptional({ type: String, description: 'The name in the certificates, where it is not the host.' })
  @IsOptional()
  @Length(1, 255)
  @IsString()
  serverName?: string;

  @ApiPropertyOptional({ type: Boolean, description: 'True: any certificate will do.' })
  @IsOptional()
  @IsBoolean()
  insecure?: boolean;
}

export class CredentialsBody {
  @ApiProperty({ type: String })
  @Length(1, 256)
  @IsString()
  username!: string;

  @ApiProperty({ type: String, writeOnly: true })
  @Length(1, 1024)
  @IsString()
  password!: string;
}

export class PollingBody {
  @ApiPropertyOptional({ type: Boolean, default: true })
  @IsOptional()
  @IsBoolean()
  enabled?: boolean;

  @ApiPropertyOptional({ type: TlsBody, description: 'Absent: plain HTTP.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => TlsBody)
  tls?: TlsBody;

  @ApiPropertyOptional({ enum: ['metrics', 'stats', 'none'], default: 'metrics' })
  @IsOptional()
  @IsIn(['metrics', 'stats', 'none'])
  scrape?: 'metrics' | 'stats' | 'none';

  @ApiPropertyOptional({ type: Boolean, default: true, description: 'Not where an agent runs on the hosts.' })
  @IsOptional()
  @IsBoolean()
  hostSamples?: boolean;

  @ApiPropertyOptional({ type: CredentialsBody, description: 'Kept sealed, never shown.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => CredentialsBody)
  credentials?: CredentialsBody;
}

export class ClusterBody {
  @ApiProperty({ type: String, maxLength: 256 })
  @Matches(TEXT, { message: 'expected a text without control characters' })
  @Length(1, 256)
  @IsString()
  clusterId!: string;

  @ApiPropertyOptional({ type: String, maxLength: 1024 })
  @IsOptional()
  @Matches(TEXT, { message: 'expected a text without control characters' })
  @MaxLength(1024)
  @IsString()
  name?: string;

  @ApiProperty({ type: [NodeBody], minItems: 1, maxItems: 16 })
  @ValidateNested({ each: true })
  @Type(() => NodeBody)
  @ArrayUnique(({ nodeId }: NodeBody) => nodeId, { message: 'expected each nodeId once' })
  @ArrayMaxSize(16)
  @ArrayMinSize(1)
  @IsArray()
  nodes!: NodeBody[];

  @ApiPropertyOptional({ type: PollingBody })
  @IsOptional()
  @ValidateNested()
  @Type(() => PollingBody)
  polling?: PollingBody;
}

class PollingAnswer {
  @ApiProperty({ type: Boolean })
  enabled!: boolean;

  @ApiPropertyOptional({ type: TlsBody })
  tls?: TlsBody;

  @ApiProperty({ enum: ['metrics', 'stats', 'none'] })
  scrape!: string;

  @ApiProperty({ type: Boolean })
  hostSamples!: boolean;

  @ApiProperty({ type: Boolean, description: 'Whether there are credentials.' })
  hasCredentials!: boolean;
}

export class ClusterAnswer {
  @ApiProperty({ type: String })
  clusterId!: string;

  @ApiProperty({ type: String, nullable: true })
  name!: string | null;

  @ApiProperty({ type: [NodeBody] })
  nodes!: NodeBody[];

  @ApiProperty({ type: PollingAnswer })
  polling!: PollingAnswer;

  @ApiProperty({ type: String, format: 'date-time' })
  registeredAt!: string;
}

export class ClustersPage {
  @ApiProperty({ type: [ClusterAnswer] })
  items!: ClusterAnswer[];

  @ApiProperty({ type: String, nullable: true })
  cursor!: string | null;
}
