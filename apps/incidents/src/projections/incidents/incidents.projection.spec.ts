import { describe, expect, it } from '@jest/globals';
import { type Incident } from '../../incident/incident.js';
import { goldens } from '../../testing/golden.js';
import { incidentAt } from './incidents.document.js';
import { type IncidentEnvelope, incidentsProjection, timelineEntryOf } from './incidents.projection.js';

const NOW = '2026-11-20T12:00:00.000Z';

function folded(events: readonly IncidentEnvelope[]) {
  return events.reduce<Incident | undefined>((d, event) => incidentsProjection.evolve(d, event), undefined);
}

describe('the incidents projection', () => {
  it.each(goldens(import.meta.url))('makes of $name what was recorded', ({ input, output }) => {
    const events = input as IncidentEnvelope[];
    const incident = folded(events);
    const document = incident ? incidentAt(incident, NOW) : null;
    expect({ document, timeline: events.map(timelineEntryOf) }).toEqual(output);
  });

  it.each(goldens(import.meta.url))('ignores what $name has said before', ({ input }) => {
    const events = input as IncidentEnvelope[];
    const once = folded(events);
    expect(events.reduce((d, event) => incidentsProjection.evolve(d, event), once)).toBe(once);
  });
});
