import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, Caller, decodeCursor, PageQuery, pageOf, type Principal, problem } from '#libs/runtime';
import { Store } from '#libs/store';
import { type FastifyReply } from 'fastify';
import { ClusterCommands } from './cluster-commands.js';
import { ClusterAnswer, ClusterBody, ClustersPage } from './clusters.dto.js';
import { listClusters, readCluster, type StoredCluster } from './sql/clusters.js';

/** Clusters whose nodes are asked. Each is registered by an event, so that detectors know of it too. */
@ApiTags('clusters')
@Controller('tocsin/v1/clusters')
@Allow('admin', 'user')
export class ClustersController {
  constructor(
    private readonly commands: ClusterCommands,
    private readonly store: Store,
  ) {}

  /** 201 for a new one, 200 for one that was known: its nodes are those of the body from now on. */
  @Post()
  @ApiOperation({ summary: 'Register a cluster, or say anew what its nodes are.' })
  @ApiCreatedResponse({ type: ClusterAnswer })
  @ApiOkResponse({ type: ClusterAnswer })
  async register(
    @Caller() caller: Principal,
    @Body() body: ClusterBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { cluster, isNew } = await this.commands.register(caller, body);
    void reply.code(isNew ? 201 : 200);
    return shown(cluster);
  }

  @Get()
  @Allow('admin', 'user', 'reader')
  @ApiOperation({ summary: 'List clusters, by their ids.' })
  @ApiOkResponse({ type: ClustersPage })
  async list(@Caller() { organizationId }: Principal, @Query() { cursor, limit }: PageQuery) {
    const [after] = cursor === undefined ? [''] : decodeCursor(cursor, 1);
    const rows = await listClusters(this.store, organizationId, String(after), limit + 1);
    const last = rows[limit - 1];
    return pageOf(rows.slice(0, limit).map(shown), rows.length > limit && last ? [last.clusterId] : null);
  }

  @Get(':id')
  @Allow('admin', 'user', 'reader')
  @ApiOperation({ summary: 'Read a cluster.' })
  @ApiOkResponse({ type: ClusterAnswer })
  async get(@Caller() { organizationId }: Principal, @Param('id') id: string): Promise<object> {
    const cluster = await readCluster(this.store, organizationId, id);
    if (!cluster) throw problem(404, 'Not found');
    return shown(cluster);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a cluster: it is asked no more, and its issues close.' })
  @ApiNoContentResponse()
  async remove(@Caller() caller: Principal, @Param('id') id: string): Promise<void> {
    if (!(await this.commands.remove(caller, id))) throw problem(404, 'Not found');
  }
}

function shown({ clusterId, name, nodes, polling, registeredAt }: StoredCluster): object {
  const { credentials, ...open } = polling;
  return {
    clusterId,
    name: name ?? null,
    nodes,
    polling: { ...open, hasCredentials: credentials !== undefined },
    registeredAt,
  };
}
