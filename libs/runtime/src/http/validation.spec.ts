import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsArray, IsInt, IsOptional, IsString, Max, ValidateNested } from 'class-validator';
import { validationPipe } from './validation.js';

class PartDto {
  @IsInt()
  size!: number;
}

class WholeDto {
  @IsString({ message: 'name must be a text' })
  name!: string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => PartDto)
  parts!: PartDto[];

  @IsOptional()
  @IsInt()
  @Max(9)
  count?: number;
}

const check = (body: unknown): Promise<unknown> =>
  validationPipe().transform(body, { type: 'body', metatype: WholeDto }) as Promise<unknown>;

describe('validation', () => {
  it('makes the DTO', async () => {
    expect(await check({ name: 'a', parts: [{ size: 1 }] })).toBeInstanceOf(WholeDto);
  });

  it('names every field, nested ones by their path, and unknown ones', async () => {
    const body = { name: 1, parts: [{ size: 1 }, { size: 'x', more: 1 }], extra: true };
    await expect(check(body)).rejects.toMatchObject({
      status: 400,
      details: {
        fields: {
          name: 'must be a text',
          'parts.1.size': 'must be an integer number',
          'parts.1.more': 'this field does not exist',
          extra: 'this field does not exist',
        },
      },
    });
  });

  it('says what kind of value is expected before how large it may be', async () => {
    const fieldsFor = (count: unknown) =>
      check({ name: 'a', parts: [], count }).catch((error: { details: { fields: object } }) => error.details.fields);
    expect(await fieldsFor('x')).toEqual({ count: 'must be an integer number' });
    expect(await fieldsFor(10)).toEqual({ count: 'must not be greater than 9' });
  });

  it.each([null, undefined, 'text', 7, []])('refuses a body that is %j', async (body) => {
    await expect(check(body)).rejects.toMatchObject({ status: 400 });
  });
});
