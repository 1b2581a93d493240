import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsRFC3339, IsString, MaxLength } from 'class-validator';
import { type DeliveryState, deliveryStates } from '#libs/contracts';
import { PageQuery } from '#libs/runtime';

export class DeliveriesQuery extends PageQuery {
  @ApiPropertyOptional({ type: String, maxLength: 64 })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  integration?: string;

  @ApiPropertyOptional({ type: String, maxLength: 64 })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  incident?: string;

  @ApiPropertyOptional({ enum: deliveryStates })
  @IsOptional()
  @IsIn(deliveryStates)
  state?: DeliveryState;
}

/** Events that were written down from `from` up to and including `to`. */
export class ReconciliationQuery {
  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @IsOptional()
  @MaxLength(64)
  @IsRFC3339()
  from?: string;

  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @IsOptional()
  @MaxLength(64)
  @IsRFC3339()
  to?: string;
}
