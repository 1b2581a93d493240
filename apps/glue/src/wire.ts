/** What travels: the fields of Argus' API v2, as it names them. Times are ISO 8601 texts with an offset. */

/** A body for `POST incidents/`. `end_time` left out means open, `null` stateless. */
export interface NewIncident {
  readonly source_incident_id: string;
  readonly start_time: string;
  readonly end_time?: string | null;
  readonly description: string;
  /** 1 (critical) to 5 (information); Argus takes 5 where there is none. */
  readonly level?: 1 | 2 | 3 | 4 | 5;
  readonly details_url?: string;
  readonly ticket_url?: string;
  readonly metadata?: unknown;
  readonly tags: readonly Tag[];
}

/** `key=value`; the key is of lower-case letters, digits and `_`. */
export interface Tag {
  readonly tag: string;
}

/** What `PATCH incidents/{pk}/` may change. `tags` replaces all that this source has set. */
export interface Changes {
  readonly description?: string;
  readonly level?: 1 | 2 | 3 | 4 | 5;
  readonly details_url?: string;
  readonly ticket_url?: string;
  readonly metadata?: unknown;
  readonly tags?: readonly Tag[];
}

/** An incident as it is answered. */
export interface Incident {
  readonly pk: number;
  readonly start_time: string;
  /** `infinity` while it is open, null when it is stateless. */
  readonly end_time: string | null;
  readonly source: Source;
  readonly source_incident_id: string;
  readonly details_url: string;
  readonly description: string;
  readonly level: number;
  readonly ticket_url: string;
  readonly metadata?: unknown;
  readonly tags: readonly Tag[];
  readonly stateful: boolean;
  readonly open: boolean;
  readonly acked: boolean;
}

export interface Source {
  readonly pk: number;
  readonly name: string;
  readonly type: { readonly name: string };
  readonly user: number;
  readonly base_url: string;
}

/** A body for `POST incidents/{pk}/events/`; what a source may say (END, RES, OTH). */
export interface NewEvent {
  readonly type: 'END' | 'RES' | 'OTH';
  readonly timestamp: string;
  readonly description: string;
}

/** An event as it is answered. */
export interface IncidentEvent {
  readonly pk: number;
  readonly incident: number;
  readonly actor: { readonly pk: number; readonly username: string };
  readonly timestamp: string;
  readonly received: string;
  readonly type: { readonly value: string; readonly display: string };
  readonly description: string;
}
