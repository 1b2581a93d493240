import { type Metrics } from '#libs/runtime';
import { type Counts } from './samples.processor.js';

/** Figures of what became of samples, and what was said of issues. */
export function detectionCounts(metrics: Metrics): (counts: Counts) => void {
  const samples = metrics.counter('detection_samples_total', 'Samples, by what became of them.', ['outcome']);
  const issues = metrics.counter('detection_issue_events_total', 'What was said of issues.', ['detector', 'event']);
  return ({ outcomes, events }) => {
    for (const [outcome, count] of outcomes) samples.inc({ outcome }, count);
    for (const { name, payload } of events) {
      issues.inc({ detector: (payload as { detector: string }).detector, event: name });
    }
  };
}
