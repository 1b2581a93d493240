import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { problem } from './problem.js';

/** The query parameters of every list. */
export class PageQuery {
  /** Where to go on: the `cursor` of the page before. */
  @ApiPropertyOptional({ type: String, maxLength: 2048, description: 'The cursor that the page before answered.' })
  @IsOptional()
  @IsString()
  @MaxLength(2048)
  cursor?: string;

  @ApiPropertyOptional({ type: Number, minimum: 1, maximum: 1000, default: 100, description: 'Items a page.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit: number = 100;
}

/** A page of a list; `cursor` is null at the end. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly cursor: string | null;
}

/** A page from its items and the cursor values of the last one (absent at the end of the list). */
export function pageOf<Item>(items: readonly Item[], cursor?: readonly CursorValue[] | string | null): Page<Item> {
  return {
    items,
    cursor:
      cursor === undefined || cursor === null || typeof cursor === 'string' ? (cursor ?? null) : encodeCursor(cursor),
  };
}

export type CursorValue = string | number | boolean | null;

/** Opaque text of the sort values where a page ended. */
export function encodeCursor(values: readonly CursorValue[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** @throws Problem 400 with `fields.cursor` for a text that is no cursor, or not one of `length` values */
export function decodeCursor(text: string, length?: number): CursorValue[] {
  const values = parsed(text);
  const fits = values !== undefined && (length === undefined || values.length === length);
  if (fits) return values;
  throw problem(400, 'Invalid request', {
    fields: { cursor: 'expected the cursor that a page of this list answered' },
  });
}

function parsed(text: string): CursorValue[] | undefined {
  if (!/^[A-Za-z0-9_-]{1,4096}$/.test(text)) return undefined;
  try {
    const json = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown;
    const scalar = (value: unknown): boolean =>
      value === null || ['string', 'number', 'boolean'].includes(typeof value);
    return Array.isArray(json) && json.every(scalar) ? (json as CursorValue[]) : undefined;
  } catch {
    return undefined;
  }
}
