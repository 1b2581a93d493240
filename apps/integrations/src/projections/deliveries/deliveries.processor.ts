import { type ProcessorDefinition } from '#libs/runtime';
import { expectOfAll, lockExpectations, reviewIntegration } from './expectations.js';
import { handledNames, intakeOf } from './intake.js';
import { insertChanges, insertPlans, insertRecords, insertSignals } from './statements.js';

/**
 * Keeps the account of deliveries: what incident events and integrations together call for (`pending`), what the delivery
 * processes planned beside that, and what they recorded of it. The two kinds of event lie in different partitions, so whichever comes second
 * finds the first: the outcome does not depend on the order in which partitions are read.
 */
export function deliveriesProcessor(topic: string): ProcessorDefinition {
  return {
    name: 'integrations.view.deliveries',
    topic,
    handles: handledNames,
    async apply(batch, { tx }) {
      const { signals, changes, records, plans } = intakeOf(batch);
      await lockExpectations(tx, signals, [...changes, ...records, ...plans]);
      const changed = await insertChanges(tx, changes);
      const fresh = await insertSignals(tx, signals);
      await expectOfAll(tx, fresh);
      for (const [integrationId, since] of changed) await reviewIntegration(tx, integrationId, since);
      await insertPlans(tx, plans);
      await insertRecords(tx, records);
    },
  };
}
