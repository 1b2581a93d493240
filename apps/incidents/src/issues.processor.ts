import { type TopicNames } from '#libs/contracts';
import { type Clock } from '#libs/core';
import { type ProcessorDefinition, type Received, Undecidable, type UnitOfWork } from '#libs/runtime';
import { decideIssues } from './issues/decide-issues.js';
import { faultOf, incidentIdOf, issueOf, senderOf } from './issues/issue.js';
import { showDecided } from './projections/incidents/incidents.inline.js';
import { type Registry } from './sources/registry.js';
import { loadTouched } from './sql/load-touched.js';
import { saveDecisions } from './sql/save-decisions.js';

export const ISSUES_PROCESSOR = 'incidents.issues';

export interface IssuesProcessorOptions {
  readonly topics: TopicNames;
  readonly clock: Clock;
  readonly sources: Pick<Registry, 'sourcesOfAlerts'>;
}

/** Turns issues into incidents, by the same rules as alerts and glue services. */
export function issuesProcessor(options: IssuesProcessorOptions): ProcessorDefinition {
  return {
    name: ISSUES_PROCESSOR,
    topic: options.topics.events,
    handles: new Set(['IssueOpened', 'IssueObserved', 'IssueClosed']),
    apply: (batch, unit) => apply(batch, unit, options),
  };
}

async function apply(
  batch: readonly Received[],
  unit: UnitOfWork,
  { clock, sources }: IssuesProcessorOptions,
): Promise<void> {
  const found = await sources.sourcesOfAlerts(
    unit,
    batch.map(({ event }) => senderOf(event)),
  );
  const issues = batch.map(({ event, timestamp }, index) => {
    const issue = issueOf(event, found[index]!);
    const fault = faultOf(issue, timestamp > 0 ? timestamp : clock.millis());
    if (fault !== undefined) throw new Undecidable(fault);
    return issue;
  });
  const ids = [...new Set(issues.map(incidentIdOf))];
  const touched = await loadTouched(unit.tx, ids, [], { pks: issues.length, eventPks: issues.length });
  const decided = decideIssues(issues, touched, clock.now());
  if (decided.events.length === 0) return;
  const services = new Map<string, never>();
  await saveDecisions(
    unit.tx,
    [],
    { incidents: decided.incidents, services },
    { incidents: touched.incidents, services },
  );
  await showDecided(unit.tx, decided);
  for (const event of decided.events) unit.emit(event);
}
