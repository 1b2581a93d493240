import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, Caller, decodeCursor, pageOf, type Principal } from '#libs/runtime';
import { Store } from '#libs/store';
import { notificationRules } from '../notifications/notification-rules.js';
import { listUnruled } from '../sql/unruled-failures.js';
import { NotificationRulesPage, UnruledPage, UnruledQuery } from './detectors.dto.js';

/** What raises notifications, and what would if there were a rule. */
@ApiTags('notifications')
@Controller('tocsin/v1/notification-rules')
@Allow('admin', 'user', 'reader')
export class NotificationsController {
  constructor(private readonly store: Store) {}

  @Get()
  @ApiOperation({ summary: 'The rules that raise notifications' })
  @ApiOkResponse({ type: NotificationRulesPage })
  list() {
    return pageOf(notificationRules.map(({ event, kind, message }) => ({ event, kind, message })));
  }

  @Get('unruled')
  @ApiOperation({ summary: 'Failures of clusters that no rule is for' })
  @ApiOkResponse({ type: UnruledPage })
  async unruled(@Caller() { organizationId }: Principal, @Query() { cursor, limit }: UnruledQuery) {
    const after = cursor === undefined ? undefined : (decodeCursor(cursor, 2).map(String) as [string, string]);
    const found = await listUnruled(this.store, organizationId, { after, limit: limit + 1 });
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return pageOf(items, found.length > limit && last ? [last.clusterId, last.name] : null);
  }
}
