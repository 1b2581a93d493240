import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Put } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, pathOf, RouteTable } from '#libs/runtime';
import { IncidentCommands } from '../commands/incident-commands.js';
import { IncidentsConfig } from '../config.js';
import { Registry } from '../sources/registry.js';
import { refused } from './argus-error.js';
import { ArgusBody, type ArgusRequest, Asked } from './asked.js';
import { IncidentFilters, MineFilters, MomentParameters } from './documents/filters.js';
import {
  ChangedIncidentBody,
  IncidentShown,
  IncidentsPageShown,
  PostedIncidentBody,
} from './documents/incidents.dto.js';
import { changedIncident } from './incident-bodies.js';
import { IncidentDesk } from './incident-desk.js';
import { IncidentList } from './incident-list.js';
import { IncidentIntake } from './incident-intake.js';
import { keyOf } from './key.js';
import { done } from './refusals.js';

/** Incidents as Argus serves them, in both versions (reference argus.md 1.3, 1.4). */
@ApiTags('Argus: incidents')
@Controller(['api/v1/incidents', 'api/v2/incidents'])
@Allow('admin', 'user', 'source')
export class ArgusIncidentsController {
  constructor(
    private readonly desk: IncidentDesk,
    private readonly lists: IncidentList,
    private readonly intake: IncidentIntake,
    private readonly commands: IncidentCommands,
    private readonly registry: Registry,
    private readonly routes: RouteTable,
    private readonly config: IncidentsConfig,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List incidents, the newest first' })
  @IncidentFilters()
  @ApiOkResponse({ type: IncidentsPageShown })
  @Allow('admin', 'user', 'reader', 'source')
  list(@Asked() asked: ArgusRequest) {
    return this.lists.all(asked);
  }

  @Post()
  @ApiOperation({ summary: 'Open an incident' })
  @ApiCreatedResponse({ type: IncidentShown })
  @ArgusBody(PostedIncidentBody)
  create(@Asked() asked: ArgusRequest) {
    return this.intake.open(asked);
  }

  @Get('mine')
  @ApiOperation({ summary: "List incidents of the caller's own source" })
  @MineFilters()
  @ApiOkResponse({ type: IncidentsPageShown })
  @Allow('admin', 'user', 'reader', 'source')
  mine(@Asked() asked: ArgusRequest) {
    return this.lists.mine(asked);
  }

  @Post('mine')
  @ApiOperation({ summary: 'Open an incident' })
  @ApiCreatedResponse({ type: IncidentShown })
  @ArgusBody(PostedIncidentBody)
  createMine(@Asked() asked: ArgusRequest) {
    return this.intake.open(asked);
  }

  @Get(':pk')
  @ApiOperation({ summary: 'Read an incident, now or as it was at an instant' })
  @MomentParameters()
  @ApiOkResponse({ type: IncidentShown })
  @Allow('admin', 'user', 'reader', 'source')
  async get(@Asked() asked: ArgusRequest, @Param('pk') pk: string) {
    const { organizationId } = asked.principal;
    return this.desk.shown(asked, await this.desk.one(organizationId, keyOf(pk), this.desk.moment(asked)));
  }

  @Patch(':pk')
  @ApiOperation({ summary: 'Change some attributes of an incident' })
  @ApiOkResponse({ type: IncidentShown })
  @ArgusBody(ChangedIncidentBody)
  patch(@Asked() asked: ArgusRequest, @Param('pk') pk: string) {
    return this.change(asked, this.changeable(asked, pk), { whole: false });
  }

  @Put(':pk')
  @ApiOperation({ summary: 'Change attributes of an incident, its tags among them' })
  @ApiOkResponse({ type: IncidentShown })
  @ArgusBody(ChangedIncidentBody)
  put(@Asked() asked: ArgusRequest, @Param('pk') pk: string) {
    return this.change(asked, this.changeable(asked, pk), { whole: true });
  }

  /** As with Argus' own default, nobody may, unless the setting says otherwise. */
  @Delete(':pk')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete an incident of your own, as an admin any; 405 unless INDELIBLE_INCIDENTS is false' })
  @ApiNoContentResponse()
  @ArgusBody()
  async delete(@Asked() asked: ArgusRequest, @Param('pk') pk: string): Promise<void> {
    const key = this.changeable(asked, pk);
    if (this.config.indelible) {
      const detail = 'Deletion of incidents is turned off, see setting INDELIBLE_INCIDENTS';
      throw refused(405, { detail }, { allow: 'GET, HEAD, PATCH, PUT, OPTIONS' });
    }
    const caller = await this.registry.identityOf(asked.principal);
    done(await this.commands.delete(caller, key, caller.source?.pk), this.desk.told(asked));
  }

  /** A word such as `mine` in the place of a key is a list, which is not changed. @throws ArgusError 404, 405 */
  private changeable({ method, url }: ArgusRequest, pk: string): number {
    const lists = this.routes.all().filter((route) => route.url === pathOf(url));
    if (lists.length === 0) return keyOf(pk);
    const allow = [...new Set(lists.map((route) => route.method)), 'OPTIONS'].join(', ');
    throw refused(405, { detail: `Method "${method}" not allowed.` }, { allow });
  }

  private async change(asked: ArgusRequest, pk: number, { whole }: { whole: boolean }) {
    const caller = await this.registry.identityOf(asked.principal);
    await this.desk.one(caller.organizationId, pk);
    const changes = changedIncident(await asked.body(), { whole });
    const { incident } = done(await this.commands.change(caller, pk, changes), this.desk.told(asked));
    return this.desk.shown(asked, incident, { whole: true });
  }
}
