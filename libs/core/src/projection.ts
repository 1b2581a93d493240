/**
 * A read model as a pure fold: which events it takes, the document one belongs to, and what it makes of it.
 * `version` is part of its checkpoint, so a new version is built beside the live one.
 */
export interface Projection<Document, Event> {
  readonly name: string;
  readonly version: number;
  readonly handles: ReadonlySet<string>;
  idOf(event: Event): string;
  evolve(document: Document | undefined, event: Event): Document | undefined;
}
