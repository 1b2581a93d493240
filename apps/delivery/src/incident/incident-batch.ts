import { type EventReference, type IncidentEvent, referenceOf } from './incident-event.js';
import { evolve, type IncidentDocument } from './incident.js';

/** One event that was new: the incident as it was right after it, and as it is after the whole batch. */
export interface News {
  readonly then: IncidentDocument;
  readonly incident: IncidentDocument;
  readonly reference: EventReference;
}

/** The incidents of a batch while it is folded. */
export class IncidentBatch {
  private readonly taken: { then: IncidentDocument; reference: EventReference }[] = [];
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
    this.taken.push({ then: after, reference: referenceOf(event) });
  }

  get documents(): ReadonlyMap<string, IncidentDocument> {
    return this.folded;
  }

  get news(): readonly News[] {
    return this.taken.map((each) => ({ ...each, incident: this.folded.get(each.then.incidentId)! }));
  }

  /** The incidents that changed. */
  get incidents(): readonly IncidentDocument[] {
    return [...new Set(this.taken.map(({ then }) => then.incidentId))].map((id) => this.folded.get(id)!);
  }
}
