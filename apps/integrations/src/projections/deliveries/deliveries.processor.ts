import { type ProcessorDefinition } from '#libs/runtime';
import { expectOfAll, lockExpectations, reviewIntegration } from './expectations.js';
import { handledNames, intakeOf } from './intake.js';
import { insertChanges, insertRecords, insertSignals } from './statements.js';

/**
 * Keeps the account of deliveries: what incident events and integrations together call for (`pending`), and what the
 * delivery processes recorded of it. The two kinds of event lie in different partitions, so whichever comes second
 * finds the first: the outcome does not depend on the order in which partitions are read.
 */
export function deliveriesProcessor(topic: string): ProcessorDefinition {
  return {
    name: 'integrations.view.deliveries',
    topic,
    handles: handledNames,
    async apply(batch, { tx }) {
      const { signals, changes, records } = intakeOf(batch);
      await lockExpectations(tx, signals, [...changes, ...records]);
      const changed = await insertChanges(tx, changes);
      const fresh = await insertSignals(tx, signals);
      await expectOfAll(tx, fresh);
      for (const [integrationId, since] of changed) await reviewIntegration(tx, integrationId, since);
      await insertRecords(tx, records);
    },
  };
}
