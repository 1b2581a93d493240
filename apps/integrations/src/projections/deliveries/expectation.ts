import { type Filtered, type IntegrationFilters, matchesFilters, sourceFor } from '#libs/contracts';

/** One event of an integration's configuration, as far as it decides what the integration wants. */
export interface Change {
  readonly integrationId: string;
  readonly sequence: number;
  /** When it was written down, milliseconds. */
  readonly at: number;
  readonly source: string;
  readonly filters: IntegrationFilters;
  readonly deleted: boolean;
}

/** An incident event or a notification that integrations may want. */
export interface Signal extends Filtered {
  readonly eventId: string;
  readonly incidentId: string;
  /** When it was written down, milliseconds. */
  readonly at: number;
}

/**
 * Whether an integration with this history (by sequence) has to account for the event: it wanted it when it was
 * written down, whatever it wants since. A paused integration accounts for it as `suppressed`. What was there before
 * the integration is not expected; what the delivery process sends of it all the same, it announces (`DeliveriesPlanned`).
 */
export function isExpected(history: readonly Change[], signal: Signal): boolean {
  return whyNotExpected(history, signal) === undefined;
}

/** Why an integration does not have to account for the event; undefined where it has to. */
export function whyNotExpected(history: readonly Change[], signal: Signal): string | undefined {
  const current = history.findLast((change) => change.at <= signal.at);
  if (!current) return 'the integration was created after the event';
  if (current.deleted) return 'the integration was deleted';
  const source = sourceFor(signal);
  if (current.source !== source) return `the integration sends ${current.source}, not ${source}`;
  return matchesFilters(current.filters, signal)
    ? undefined
    : 'the filters of the integration do not match the incident';
}
