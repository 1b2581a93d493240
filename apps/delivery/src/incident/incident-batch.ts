import { type EventReference, evolve, type IncidentDocument, type IncidentEvent, referenceOf } from './incident.js';

/** One event that was new, and the incident as it is after the whole batch. */
export interface News {
  readonly incident: IncidentDocument;
  readonly reference: EventReference;
}

/** The incidents of a batch while it is folded. */
export class IncidentBatch {
  private readonly taken: { incidentId: string; reference: EventReference }[] = [];
  private readonly folded: Map<string, IncidentDocument>;

  constructor(known: ReadonlyMap<string, IncidentDocument>) {
    this.folded = new Map(known);
  }

  /** Repeats and what belongs to no known incident leave no trace. */
  take(event: IncidentEvent): void {
    const { incidentId } = event.payload;
    const before = this.folded.get(incidentId);
    const after = evolve(before, event);
    if (!after || after === before) return;
    this.folded.set(incidentId, after);
    this.taken.push({ incidentId, reference: referenceOf(event) });
  }

  get documents(): ReadonlyMap<string, IncidentDocument> {
    return this.folded;
  }

  get news(): readonly News[] {
    return this.taken.map(({ incidentId, reference }) => ({ incident: this.folded.get(incidentId)!, reference }));
  }

  /** The incidents that changed. */
  get incidents(): readonly IncidentDocument[] {
    return [...new Set(this.taken.map(({ incidentId }) => incidentId))].map((id) => this.folded.get(id)!);
  }

  get events(): readonly (EventReference & { incidentId: string; organizationId: string })[] {
    return this.news.map(({ incident: { incidentId, organizationId }, reference }) => ({
      incidentId,
      organizationId,
      ...reference,
    }));
  }
}
