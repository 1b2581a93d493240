import { ApiProperty } from '@nestjs/swagger';
import { tokenKinds } from '#libs/runtime';

export class MadeTokenAnswer {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;

  @ApiProperty({ type: String, description: 'The token itself: it is shown this once.' })
  token!: string;
}

export class TokenAnswer {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;

  @ApiProperty({ type: String })
  name!: string;

  @ApiProperty({ enum: tokenKinds })
  kind!: string;

  @ApiProperty({ type: String, format: 'uuid' })
  projectId!: string;

  @ApiProperty({ type: String, nullable: true })
  sourceType!: string | null;

  @ApiProperty({ type: String, nullable: true })
  baseUrl!: string | null;

  @ApiProperty({ type: [String], nullable: true })
  partitions!: string[] | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: string | null;
}

export class TokensPage {
  @ApiProperty({ type: [TokenAnswer] })
  items!: TokenAnswer[];

  @ApiProperty({ type: String, nullable: true })
  cursor!: string | null;
}

export class MeAnswer {
  @ApiProperty({ type: String, format: 'uuid' })
  organizationId!: string;

  @ApiProperty({ type: String, format: 'uuid' })
  projectId!: string;

  @ApiProperty({ type: String, format: 'uuid' })
  tokenId!: string;

  @ApiProperty({ enum: tokenKinds })
  kind!: string;

  @ApiProperty({ type: String })
  name!: string;
}

export class OrganizationAnswer {
  @ApiProperty({ type: String, format: 'uuid' })
  organizationId!: string;

  @ApiProperty({ type: String, format: 'uuid' })
  projectId!: string;

  @ApiProperty({ type: String, description: 'Its first admin token: it is shown this once.' })
  token!: string;
}
