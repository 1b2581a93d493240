import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class CredentialsBody {
  @ApiProperty({ type: String, description: 'Name of a token, or of its user.' })
  username!: string;

  @ApiProperty({ type: String, description: 'The token.' })
  password!: string;
}

export class TokenAnswer {
  @ApiProperty({ type: String })
  token!: string;
}

export class LoginAnswer extends TokenAnswer {
  @ApiProperty({ type: String, format: 'date-time' })
  expiry!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'The same, under the name that clients ask for.' })
  expiration!: string;
}

export class UserAnswer {
  @ApiProperty({ type: String })
  username!: string;

  @ApiProperty({ type: String })
  first_name!: string;

  @ApiProperty({ type: String })
  last_name!: string;

  @ApiProperty({ type: String })
  email!: string;
}

export class PhoneNumberBody {
  @ApiProperty({ type: String, example: '+4722852238', description: 'E.164.' })
  phone_number!: string;
}

export class PhoneNumberAnswer extends PhoneNumberBody {
  @ApiProperty({ type: 'integer' })
  pk!: number;

  @ApiProperty({ type: 'integer' })
  user!: number;
}

export class CurrentUserAnswer extends UserAnswer {
  @ApiPropertyOptional({ type: String, nullable: true, description: 'Version 2: the console, for superusers.' })
  admin_url?: string | null;

  @ApiPropertyOptional({ type: [PhoneNumberAnswer], description: 'Version 1.' })
  phone_numbers?: PhoneNumberAnswer[];
}
