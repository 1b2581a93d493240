import { type Filtered, type IntegrationFilters, matchesFilters } from '#libs/contracts';

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

/** An incident event that integrations may want. */
export interface Signal extends Filtered {
  readonly eventId: string;
  readonly incidentId: string;
  /** When it was written down, milliseconds. */
  readonly at: number;
}

/**
 * How long a change may take to reach the delivery process, milliseconds: what an integration no longer wanted that
 * soon afterwards is not expected of it.
 */
export const GRACE = 60_000;

/**
 * Whether an integration with this history (by sequence) has to account for the event: it wanted it when it was
 * written down, and did not stop wanting it within the grace. What was there before the integration is not expected;
 * the delivery process may send it all the same. A paused integration accounts for it as `suppressed`.
 */
export function isExpected(history: readonly Change[], signal: Signal): boolean {
  return whyNotExpected(history, signal) === undefined;
}

/** Why an integration does not have to account for the event; undefined where it has to. */
export function whyNotExpected(history: readonly Change[], signal: Signal): string | undefined {
  const current = history.findLast((change) => change.at <= signal.at);
  if (!current) return 'the integration was created after the event';
  const unwanted = whyNotWanted(current, signal);
  if (unwanted !== undefined) return unwanted;
  const soon = history.filter((change) => change.at > signal.at && change.at <= signal.at + GRACE);
  const later = soon.map((change) => whyNotWanted(change, signal)).find((reason) => reason !== undefined);
  return later && `${later} (changed just after the event)`;
}

function whyNotWanted(change: Change, signal: Signal): string | undefined {
  if (change.deleted) return 'the integration was deleted';
  if (change.source !== 'issues') return `the integration sends ${change.source}, not issues`;
  return matchesFilters(change.filters, signal)
    ? undefined
    : 'the filters of the integration do not match the incident';
}
