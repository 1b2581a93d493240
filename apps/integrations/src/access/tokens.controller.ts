import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock, compareInstants, isUuid, parseInstant } from '#libs/core';
import {
  Allow,
  Caller,
  decodeCursor,
  PageQuery,
  pageOf,
  type Principal,
  problem,
  TokenAdministration,
} from '#libs/runtime';
import { given } from '../given.js';
import { found } from '../refused.js';
import { CreateTokenBody } from './tokens.dto.js';
import { MadeTokenAnswer, TokenAnswer, TokensPage } from './answers.dto.js';

/** Tokens of the caller's organisation. The token itself is shown once, when it is made. */
@ApiTags('tokens')
@Controller('tocsin/v1/tokens')
@Allow('admin')
export class TokensController {
  constructor(
    private readonly tokens: TokenAdministration,
    private readonly clock: Clock,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Make a token; it is shown once' })
  @ApiCreatedResponse({ type: MadeTokenAnswer })
  async create(@Caller() caller: Principal, @Body() body: CreateTokenBody): Promise<{ id: string; token: string }> {
    const { name, kind } = body;
    const { sourceType, baseUrl, projectId, partitions, expiresAt } = given(body);
    if (projectId !== undefined && !(await this.tokens.hasProject(caller.organizationId, projectId))) {
      throw invalid('projectId', 'the organisation has no such project');
    }
    const expiry = this.expiryOf(expiresAt);
    return this.tokens.create(caller, { name, kind, sourceType, baseUrl, projectId, partitions, expiresAt: expiry });
  }

  @Get()
  @ApiOperation({ summary: 'List tokens, oldest first' })
  @ApiOkResponse({ type: TokensPage })
  async list(@Caller() { organizationId }: Principal, @Query() { cursor, limit }: PageQuery) {
    const rows = await this.tokens.list(organizationId, limit + 1, afterOf(cursor));
    const last = rows[limit - 1];
    return pageOf(rows.slice(0, limit).map(shown), rows.length > limit && last ? [last.createdAt, last.id] : null);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a token, without its secret' })
  @ApiOkResponse({ type: TokenAnswer })
  async get(@Caller() { organizationId }: Principal, @Param('id') id: string) {
    return shown(found(isUuid(id) ? await this.tokens.read(organizationId, id) : undefined));
  }

  /** Takes effect everywhere within 5 s. */
  @Delete(':id')
  @ApiOperation({ summary: 'Revoke a token, within 5 seconds everywhere' })
  @HttpCode(204)
  async revoke(@Caller() { organizationId }: Principal, @Param('id') id: string): Promise<void> {
    const revoked = isUuid(id) && (await this.tokens.revoke(organizationId, id));
    found(revoked || undefined);
  }

  private expiryOf(expiresAt: string | undefined): string | undefined {
    if (expiresAt === undefined) return undefined;
    const instant = parseInstant(expiresAt);
    if (instant === undefined)
      throw invalid('expiresAt', 'expected a date-time such as 2026-11-20T09:38:13Z (RFC 3339)');
    if (compareInstants(instant, this.clock.now()) <= 0) throw invalid('expiresAt', 'lies in the past');
    return instant;
  }
}

type Shown = Omit<
  NonNullable<Awaited<ReturnType<TokenAdministration['read']>>>,
  'organizationId' | 'installation' | 'revokedAt' | 'sourceId'
>;

function shown({ id, name, kind, projectId, sourceType, baseUrl, partitions, createdAt, expiresAt }: Shown): Shown {
  return { id, name, kind, projectId, sourceType, baseUrl, partitions, createdAt, expiresAt };
}

function afterOf(cursor: string | undefined): { createdAt: string; id: string } | undefined {
  if (cursor === undefined) return undefined;
  const [createdAt = '', id = ''] = decodeCursor(cursor, 2).map(String);
  if (parseInstant(createdAt) && isUuid(id)) return { createdAt, id };
  throw invalid('cursor', 'expected the cursor that a page of this list answered');
}

function invalid(field: string, message: string): Error {
  return problem(400, 'Invalid request', { fields: { [field]: message } });
}
