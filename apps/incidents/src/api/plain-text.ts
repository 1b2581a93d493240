import { applyDecorators } from '@nestjs/common';
import { IsString, Matches, MaxLength } from 'class-validator';

/** A text of a query that may be compared with a column: at most `max` characters, without NUL. */
export function PlainText(max: number, options: { each?: boolean } = {}): PropertyDecorator {
  return applyDecorators(
    IsString(options),
    MaxLength(max, options),

    Matches(/^[^\u0000]*$/, { ...options, message: 'may not hold the character NUL' }),
  );
}
