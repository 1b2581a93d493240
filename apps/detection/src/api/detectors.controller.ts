import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, Caller, pageOf, type Principal, problem } from '#libs/runtime';
import { type RuleInfo, ruleOf, rules } from '../rules.js';
import { complaintsOf } from '../settings/bounds.js';
import { type SettingsBook } from '../settings/settings-book.js';
import { SettingsCommands } from '../settings/settings-commands.js';
import { ClusterQuery, ConfiguredAnswer, DetectorAnswer, DetectorsPage, SettingsBody } from './detectors.dto.js';

/** After every record that there is. */
const NEXT = { partition: -1, offset: Infinity };

/** The rules, and their settings per organisation and per cluster. */
@ApiTags('detectors')
@Controller('tocsin/v1/detectors')
@Allow('admin', 'user', 'reader')
export class DetectorsController {
  constructor(private readonly commands: SettingsCommands) {}

  @Get()
  @ApiOperation({ summary: 'The rules, with their defaults and their settings' })
  @ApiOkResponse({ type: DetectorsPage })
  async list(@Caller() caller: Principal, @Query() { clusterId }: ClusterQuery) {
    const book = await this.commands.current();
    return pageOf(rules.map((rule) => answer(rule, book, caller.organizationId, clusterId)));
  }

  @Get(':name')
  @ApiOperation({ summary: 'One rule' })
  @ApiOkResponse({ type: DetectorAnswer })
  async one(@Caller() caller: Principal, @Param('name') name: string, @Query() { clusterId }: ClusterQuery) {
    return answer(known(name), await this.commands.current(), caller.organizationId, clusterId);
  }

  @Put(':name/settings')
  @ApiOperation({ summary: 'Change the settings of a rule, of the organisation or of one cluster' })
  @ApiOkResponse({ type: ConfiguredAnswer })
  @Allow('admin', 'user')
  async configure(@Caller() caller: Principal, @Param('name') name: string, @Body() body: SettingsBody) {
    const rule = known(name);
    const fields = complaintsOf(body.settings, rule.settings);
    if (Object.keys(fields).length > 0) throw problem(400, 'Invalid request', { fields });
    const settings = body.settings as Record<string, number>;
    const change = await this.commands.configure(caller, rule, body.clusterId ?? '', settings);
    const now = answer(rule, await this.commands.current(), caller.organizationId, body.clusterId);
    return { ...now, revision: change.revision, effectiveFrom: change.effectiveFrom };
  }
}

function answer({ settings: defaults, ...rule }: RuleInfo, book: SettingsBook, organizationId: string, clusterId = '') {
  const { name, version, says, severity } = rule;
  const settings = book.settingsOf({ name, settings: defaults }, { organizationId, clusterId }, NEXT);
  return { name, version, says, severity, defaults, settings };
}

/** @throws Problem 404 */
function known(name: string): RuleInfo {
  const rule = ruleOf(name);
  if (!rule) throw problem(404, 'No such detector', { detail: `no detector ${name.slice(0, 128)}` });
  return rule;
}
