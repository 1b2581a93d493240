import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { isUuid, parseInstant } from '#libs/core';
import { decodeCursor, problem } from '#libs/runtime';
import { KNOWN, type Moment } from '../history/moment.js';

/** `known=at|now`, of a query that has `asOf`. */
export function OptionalKnown(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      enum: KNOWN,
      default: 'at',
      description: 'With asOf: what was known then, or what is known now of how things stood then.',
    }),
    IsOptional(),
    IsIn(KNOWN),
  );
}

interface Asked {
  readonly asOf?: string | undefined;
  readonly known?: string | undefined;
}

/** The moment that is asked for; undefined for the present. */
export function momentOf({ asOf, known }: Asked): Moment | undefined {
  return asOf === undefined ? undefined : { asOf, known: known === 'now' ? 'now' : 'at' };
}

export interface PlaceInList {
  /** Start time and row id of the last one before. */
  readonly after: readonly [string, string];
  readonly moment: Moment | undefined;
}

/**
 * The values of a cursor. It holds the moment as well: the next page is of the same moment, whether or not that is asked
 * for again.
 */
export function placeValues([time, id]: readonly [string, string], moment: Moment | undefined): string[] {
  return moment ? [time, id, moment.asOf, moment.known] : [time, id];
}

/** @throws Problem 400 for a text that is no cursor of the list, or one of another moment */
export function placeOf(cursor: string, asked: Asked): PlaceInList {
  const [time, id, asOf, known, ...more] = decodeCursor(cursor);
  const isPlace = typeof time === 'string' && parseInstant(time) && typeof id === 'string' && isUuid(id);
  if (!isPlace || more.length > 0) throw wrongCursor();
  if (asOf === undefined && asked.asOf === undefined) return { after: [time, id], moment: undefined };
  const fits = typeof asOf === 'string' && parseInstant(asOf) === asOf && (known === 'at' || known === 'now');
  if (!fits || (asked.asOf ?? asOf) !== asOf || (asked.known ?? known) !== known) throw wrongCursor();
  return { after: [time, id], moment: { asOf, known } };
}

export function wrongCursor() {
  return problem(400, 'Invalid request', {
    fields: { cursor: 'expected the cursor that a page of this list answered' },
  });
}
