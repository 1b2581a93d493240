import { type TopicNames } from '#libs/contracts';
import { type Clock } from '#libs/core';
import { type ProcessorDefinition } from '#libs/runtime';
import { notificationOf } from './notifications/notification.js';
import { concernsNotifications, ruleFor } from './notifications/notification-rules.js';
import { noteUnruled } from './sql/unruled-failures.js';

/** Names are told by a rule: a failure that nobody has a rule for has to be seen. */
class ClusterEventNames extends Set<string> {
  override has(name: string): boolean {
    return concernsNotifications(name);
  }
}

/** Raises a notification for each noteworthy event of a cluster, once. */
export function notificationsProcessor({ topics, clock }: { topics: TopicNames; clock: Clock }): ProcessorDefinition {
  return {
    name: 'detection.notifications',
    topic: topics.events,
    handles: new ClusterEventNames(),
    apply: async (batch, unit) => {
      for (const { event } of batch) {
        const rule = ruleFor(event.name, event.payload);
        if (rule === 'none') await noteUnruled(unit.tx, event);
        else if (rule) unit.emit(notificationOf(event, rule, clock.now()));
      }
    },
  };
}
