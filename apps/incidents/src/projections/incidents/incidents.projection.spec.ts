import { describe, expect, it } from '@jest/globals';
import { goldens } from '../../testing/golden.js';
import {
  type IncidentDocument,
  type IncidentEnvelope,
  incidentsProjection,
  timelineEntryOf,
} from './incidents.projection.js';

function folded(events: readonly IncidentEnvelope[]) {
  return events.reduce<IncidentDocument | undefined>((d, event) => incidentsProjection.evolve(d, event), undefined);
}

describe('the incidents projection', () => {
  it.each(goldens(import.meta.url))('makes of $name what was recorded', ({ input, output }) => {
    const events = input as IncidentEnvelope[];
    expect({ document: folded(events) ?? null, first: timelineEntryOf(events[0]!) }).toEqual(output);
  });

  it.each(goldens(import.meta.url))('ignores what $name has said before', ({ input }) => {
    const events = input as IncidentEnvelope[];
    const once = folded(events);
    expect(events.reduce((d, event) => incidentsProjection.evolve(d, event), once)).toBe(once);
  });
});
