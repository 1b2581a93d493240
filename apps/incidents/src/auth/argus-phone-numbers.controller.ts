import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Put } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Allow, type Principal } from '#libs/runtime';
import { Store } from '#libs/store';
import { invalidObject, missing } from '../argus/argus-error.js';
import { ArgusBody, type ArgusRequest, Asked } from '../argus/asked.js';
import { checked, optional, type Reader, required } from '../argus/fields.js';
import { keyOf } from '../argus/key.js';
import { text } from '../argus/readers.js';
import { Registry } from '../sources/registry.js';
import { PhoneNumberAnswer, PhoneNumberBody } from './auth.dto.js';
import {
  deletePhoneNumber,
  insertPhoneNumber,
  type PhoneNumber,
  phoneNumbersOf,
  updatePhoneNumber,
} from './phone-numbers.query.js';

const E164 = /^\+[1-9]\d{6,14}$/;

/** E.164; blanks, dashes and brackets between the digits are left out. */
const phoneNumber: Reader<string> = (value) => {
  const read = text({ max: 64 })(value);
  if ('errors' in read) return read;
  const digits = read.value.replace(/[\s().-]/g, '');
  return E164.test(digits) ? { value: digits } : { errors: ['The phone number entered is not valid.'] };
};

/** The caller's own phone numbers, in version 1 (reference argus.md 1.12). Nobody else's exist. */
@ApiTags('Argus: auth')
@Controller('api/v1/auth/phone-number')
@Allow('admin', 'user', 'source')
export class ArgusPhoneNumbersController {
  constructor(
    private readonly registry: Registry,
    private readonly store: Store,
  ) {}

  @Get()
  @Allow('admin', 'user', 'reader', 'source')
  @ApiOperation({ summary: 'List the own phone numbers' })
  @ApiOkResponse({ type: [PhoneNumberAnswer] })
  async list(@Asked() { principal }: ArgusRequest): Promise<PhoneNumber[]> {
    return phoneNumbersOf(this.store, await this.userOf(principal));
  }

  @Post()
  @ArgusBody()
  @ApiBody({ type: PhoneNumberBody })
  @ApiOperation({ summary: 'Add a phone number' })
  @ApiCreatedResponse({ type: PhoneNumberAnswer })
  async create(@Asked() { principal, body }: ArgusRequest): Promise<PhoneNumber> {
    const fields = checked(await body(), { phone_number: required(phoneNumber) });
    const made = await insertPhoneNumber(this.store, await this.userOf(principal), fields.phone_number);
    if (made) return made;
    throw taken();
  }

  @Get(':pk')
  @Allow('admin', 'user', 'reader', 'source')
  @ApiOperation({ summary: 'Read a phone number' })
  @ApiOkResponse({ type: PhoneNumberAnswer })
  async get(@Asked() { principal }: ArgusRequest, @Param('pk') pk: string): Promise<PhoneNumber> {
    const key = keyOf(pk);
    const found = (await phoneNumbersOf(this.store, await this.userOf(principal))).find((one) => one.pk === key);
    if (found) return found;
    throw missing('PhoneNumber');
  }

  @Put(':pk')
  @ArgusBody()
  @ApiBody({ type: PhoneNumberBody })
  @ApiOperation({ summary: 'Replace a phone number' })
  @ApiOkResponse({ type: PhoneNumberAnswer })
  async replace(@Asked() asked: ArgusRequest, @Param('pk') pk: string): Promise<PhoneNumber> {
    const there = await this.get(asked, pk);
    return this.update(there, checked(await asked.body(), { phone_number: required(phoneNumber) }).phone_number);
  }

  @Patch(':pk')
  @ArgusBody()
  @ApiBody({ type: PhoneNumberBody })
  @ApiOperation({ summary: 'Change a phone number' })
  @ApiOkResponse({ type: PhoneNumberAnswer })
  async change(@Asked() asked: ArgusRequest, @Param('pk') pk: string): Promise<PhoneNumber> {
    const there = await this.get(asked, pk);
    const { phone_number: given } = checked(await asked.body(), { phone_number: optional(phoneNumber) });
    return given === undefined ? there : this.update(there, given);
  }

  @Delete(':pk')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a phone number' })
  @ApiNoContentResponse({ description: 'It is gone.' })
  async remove(@Asked() { principal }: ArgusRequest, @Param('pk') pk: string): Promise<void> {
    if (await deletePhoneNumber(this.store, await this.userOf(principal), keyOf(pk))) return;
    throw missing('PhoneNumber');
  }

  private async update({ user, pk }: PhoneNumber, to: string): Promise<PhoneNumber> {
    const changed = await updatePhoneNumber(this.store, user, pk, to);
    if (changed) return changed;
    throw taken();
  }

  private async userOf(principal: Principal): Promise<number> {
    return (await this.registry.identityOf(principal)).by.userPk;
  }
}

function taken(): Error {
  return invalidObject('The fields user, phone_number must make a unique set.');
}
