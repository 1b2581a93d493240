import { type SnapshotBody } from './snapshot.js';
import { type Changes, type NewIncident } from './wire.js';

/** Something to get done at the server, as it lies in the queue. `id` is the `source_incident_id`. */
export type Operation =
  | { readonly kind: 'open'; readonly incident: NewIncident }
  | { readonly kind: 'close'; readonly id: string; readonly time: string; readonly description: string }
  | { readonly kind: 'note'; readonly id: string; readonly time: string; readonly description: string }
  | { readonly kind: 'change'; readonly id: string; readonly changes: Changes }
  | { readonly kind: 'snapshot'; readonly snapshot: SnapshotBody };

/** Operations of one lane are done in their order; a snapshot (lane undefined) after all before it, before all after it. */
export function laneOf(operation: Operation): string | undefined {
  if (operation.kind === 'snapshot') return undefined;
  return operation.kind === 'open' ? operation.incident.source_incident_id : operation.id;
}
